/** What must hold in every world, whatever went wrong. Each violation is a sentence. */
import type { Played } from "../play";
import { disappeared, strangers, stuck, tampering, unsealed } from "./alarms";
import { crashed, forbidden, unsaid } from "./conduct";
import { unexplained } from "./ends";
import { outOfTurn, overLimit, twice, twicePerPeriod, unbounded } from "./exports";
import { lost, vanished } from "./losses";
import { beyondRpo } from "./rpo";
import { falselySealed, forged, sealedTwice } from "./seals";

const judges: readonly ((played: Played) => string[])[] = [
    lost, vanished, twice, overLimit, outOfTurn, unbounded, twicePerPeriod, unexplained, tampering, stuck, unsealed, disappeared, strangers, beyondRpo,
    falselySealed, sealedTwice, forged, forbidden, unsaid, crashed,
];

export const violationsOf = (played: Played): string[] => judges.flatMap((judge) => judge(played));
