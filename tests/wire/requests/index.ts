/** Every kind of call that the functions make, and what all judges answer: status, error code, and the fields that the program reads. */
import { deviationOf } from "../../peers/deviation";
import { deviations } from "../deviations";
import { ofOthers } from "./others";
import { ofRds } from "./rds";
import { outcomeOf, type Judge, type Request } from "./request";
import { ofS3 } from "./s3";

/** In this order: later ones find what earlier ones left. */
export const requests: readonly Request[] = [...ofOthers, ...ofS3, ...ofRds];

/** What a judge answers otherwise than the table and the deviations say. */
export async function wrongAnswers(judge: Judge): Promise<string[]> {
    const wrong: string[] = [];
    for (const request of requests.filter(({ service }) => judge.services.includes(service))) {
        const outcome = await outcomeOf(request, judge);
        const expected = deviationOf(deviations, judge.name, request.name)?.rows?.[request.name] ?? request.expected;
        if (outcome !== expected) wrong.push(`${request.name}: ${outcome}, not ${expected}`);
    }
    return wrong;
}
