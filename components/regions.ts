/** AWS Regions, as far as their spelling goes. Pure. */
import { Region } from "@pulumi/aws/types/enums";
import { nearest } from "./problems";

const known: readonly string[] = Object.values(Region);

/** The known Region within two typing errors, if there is one. */
export const nearestRegion = (region: string): string | undefined => nearest(region, known);

/**
 * Whether a name is a known Region's with a typing error. One that differs only by country or number may be a new Region, and most
 * new ones are that near to an older one; the compass never changes.
 */
export const isMisspelt = (region: string): boolean => !/-(central|(north|south)?(east|west)|north|south)-\d$/.test(region) && nearestRegion(region) !== undefined && !known.includes(region);
