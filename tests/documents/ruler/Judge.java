import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import software.amazon.event.ruler.Machine;

/** Reads {"patterns": {name: pattern}, "events": [event …]} and writes, by event, the names of the patterns that it matches. */
public class Judge {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode asked = mapper.readTree(System.in);
        Machine machine = new Machine();
        for (var patterns = asked.get("patterns").fields(); patterns.hasNext();) {
            var named = patterns.next();
            machine.addRule(named.getKey(), mapper.writeValueAsString(named.getValue()));
        }
        List<List<String>> answers = new ArrayList<>();
        for (JsonNode event : asked.get("events")) answers.add(machine.rulesForJSONEvent(mapper.writeValueAsString(event)));
        mapper.writeValue(System.out, answers);
    }
}
