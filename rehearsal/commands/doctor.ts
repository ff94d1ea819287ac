/** `npm run doctor`: with a person's credentials, whether a first `pulumi up` finds what it needs. Changes nothing. */
import { examine } from "../../doctor";
import { awsClients } from "../../doctor/clients";
import { asText, exitStatus } from "../../doctor/finding";
import { settingsFromFile } from "../config";
import { parseOptions, runCommand } from "./options";

const usage = `Looks whether a first pulumi up will find what it needs, and says for each finding what mends it; changes nothing.

npm run doctor -- [--stack NAME | --config FILE] [--json]
  with the credentials of whoever runs pulumi up, as the AWS SDK finds them (AWS_PROFILE, …); it only reads
  with organizational units also with those of the management account: what one can't see, the other does
  exit status: 0 all is well, 1 problems, or things that couldn't be seen, 2 wrong usage or configuration`;

void runCommand(async () => {
    const { file, stack, config, json } = parseOptions(usage, {});
    const settings = settingsFromFile(file);
    // The SDK's advice on Node.js versions would stand before the findings.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const option = config === undefined ? `--stack ${stack}` : `--config ${file}`;
    const findings = await examine(settings, (credentials) => awsClients(settings.region, credentials), option);
    console.log(json ? JSON.stringify({ stack, findings }, null, 2) : asText(findings).join("\n"));
    return exitStatus(findings);
});
