/** Bad weather between RDS and the default bus: events are best effort. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.overview.html */
import type { World } from "../aws/types";
import type { Fault } from "./stage";
import { firstDay, minute } from "../nights";

/** What becomes of an event on its way to the default bus: the delays of its deliveries, in ms. */
const badWeather: readonly { readonly name: string; readonly deliveries: (random: number) => number[]; readonly effect: string }[] = [
    { name: "lost events", deliveries: () => [], effect: "never arrived; the sweep found what they told of" },
    { name: "duplicated events", deliveries: () => [0, 0, 3 * minute], effect: "came three times; nothing was exported twice" },
    { name: "late events", deliveries: (random) => [Math.floor(60 + random * 120) * minute], effect: "came one to three hours late" },
    { name: "reordered events", deliveries: (random) => [Math.floor(5 + random * 20) * minute], effect: "were overtaken by later ones" },
];

/** Every second event has bad weather, each kind in turn. */
export function weather(world: World): Fault[] {
    const hits = badWeather.map(() => 0);
    let events = 0;
    world.events.weather = () => {
        const kind = (events++ / 2) % badWeather.length;
        const bad = badWeather[kind];
        if (!bad) return [0];
        hits[kind] = (hits[kind] ?? 0) + 1;
        return bad.deliveries(world.random());
    };
    return badWeather.map(({ name, effect }, kind) => ({ name, when: firstDay, effect: () => (hits[kind] ? `${hits[kind]} ${effect}` : undefined) }));
}
