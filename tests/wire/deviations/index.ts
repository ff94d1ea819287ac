/**
 * What the peers do otherwise than AWS, as far as these tests meet it. Where two peers differ, AWS's documentation decides. `handled` says what the
 * tests do about it; nothing of the program is changed for a peer. Rows are those of the table of requests.
 */
import type { Deviation } from "../../peers/deviation";
import { ofMinio } from "./minio";
import { ofMiniStack } from "./ministack";
import { ofMoto } from "./moto";

export interface WireDeviation extends Deviation {
    readonly awsDoes: string;
    readonly handled: string;
}

export const deviations: readonly WireDeviation[] = [...ofMiniStack, ...ofMoto, ...ofMinio];
