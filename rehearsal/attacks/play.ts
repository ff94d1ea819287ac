/**
 * The attacks, played against the simulated AWS after the nights: what counts is what is then stored, not a verdict.
 * Each begins with the same vault: whatever one changed is put back (playVault.ts), since most leave nothing that could be undone by calls.
 */
import { anything } from "./actors";
import { damageByItself, damageOf, declared, type Damage, type Probed } from "./damage";
import { declaresLock } from "./grid";
import { attacksOf } from "./index";
import { moveOf, type Move } from "./playCalls";
import { attempt, keep, probe, restorer, sealedIn, stored, type Vault } from "./playVault";
import { stageOf } from "./stage";
import type { Attack, Source, Stage } from "./types";
import type { Settings } from "../../components/settings";
import { AwsError, type World } from "../aws/types";
import type { Rendered } from "../graph";

export interface Played {
    readonly attack: Attack;
    /** With every policy opened, so that only the lock is left. */
    readonly opened: boolean;
    /** The code of the error; absent: it went through. */
    readonly refused?: string;
    readonly damage: readonly Damage[];
    /** Why this isn't what the table says; absent: it is. */
    readonly objection?: string;
}

export interface Plays {
    readonly played: readonly Played[];
    /** Ids of what the simulated AWS has no call for. */
    readonly notPlayed: readonly string[];
}

/** What is about stored versions, keys, events and messages. */
const isAbout = ({ row, expect }: Attack) => (row === "design" ? !("allowed" in expect) : row <= 30 || row === 32 || row === 34);
const openPolicy = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] });
/** Of policies, of the lock, of AWS: what refuses because of something that we hold. */
const refusals = /^(AccessDenied|NotAuthorizedForSourceException|InvalidBucketState|BucketNotEmpty)$/;

/** @param settings as written, without the members of an organization */
export function playAttacks(world: World, rendered: Rendered, settings: Settings): Plays {
    const stage = stageIn(world, rendered, settings);
    if (!stage) return { played: [], notPlayed: [] };
    const { bucket } = stage.names;
    const vault: Vault = { world, stage, bucket, sealed: sealedIn(world, bucket) };
    const calls = world.calls.length;
    const { arn, roleArn = arn } = restorer(stage);
    const putBack = enter(world, roleArn, stage.backup, [JSON.stringify(anything)]);
    const all = attacksOf(stage);
    const attacks = all.filter(isAbout);
    const moves = attacks.map((attack) => ({ attack, move: moveOf(vault, attack) }));
    const before = keep(vault);
    const whole = probe(vault);
    before.undo();
    const played = moves.flatMap(({ attack, move }) => (move ? [playOne(vault, attack, move, whole)] : []));
    const opened = lockCases(all).map((attack) => playOpened(vault, attack, whole));
    putBack();
    // What the rehearsal counts are its own calls.
    world.calls.length = calls;
    return { played: [...played, ...opened], notPlayed: moves.flatMap(({ attack, move }) => (move ? [] : [attack.id])) };
}

/** The accounts of the table are any; here they are some that have a sealed export. */
function stageIn(world: World, rendered: Rendered, settings: Settings): Stage | undefined {
    const stage = stageOf(rendered, settings);
    const listed = new Set(settings.sourceAccounts.map(({ id }) => id));
    const accounts = [...sealedIn(world, stage.names.bucket).keys()].filter((account) => listed.has(account) || world.organization.member(account));
    const sources = stage.sources.flatMap((source): Source[] => {
        const account = accounts.find((each) => listed.has(each) === (source.kind === "listed"));
        return account ? [{ ...source, account }] : [];
    });
    const taken = sources.map(({ account }) => account);
    const tenant = [...accounts, ...listed].find((account) => !taken.includes(account)) ?? stage.tenant;
    return sources.length > 0 ? { ...stage, sources, tenant, keysOf: (prefix, account) => world.organization.keysOf(prefix, account) } : undefined;
}

/** A role as the attacker has it; gives the way back. */
function enter(world: World, arn: string, account: string, policies: readonly string[]): () => void {
    const was = world.iam.role(arn);
    world.iam.addRole({ arn, account, trust: was?.trust ?? "", policies });
    return () => (was ? world.iam.addRole(was) : world.iam.removeRole(arn));
}

/** With what the case says that he holds; a role of nobody's is an administrator's. */
function arm(world: World, { call: { principal }, identity }: Attack): () => void {
    const { roleArn, account = "" } = principal;
    if (!roleArn || (!identity && world.iam.role(roleArn))) return () => {};
    return enter(world, roleArn, account, (identity ?? [anything]).map((each) => JSON.stringify(each)));
}

function playOne(vault: Vault, attack: Attack, { prepare, call }: Move, whole: Probed): Played {
    const first = keep(vault);
    prepare?.();
    const probed = first.isSame() ? whole : probe(vault);
    const disarm = arm(vault.world, attack);
    const result = tried(vault, attack, call, probed);
    disarm();
    first.undo();
    return { ...result, opened: false, ...objectionTo(attack, result) };
}

interface Result {
    readonly attack: Attack;
    readonly refused?: string;
    readonly damage: readonly Damage[];
}

function tried(vault: Vault, attack: Attack, call: () => void, probed: Probed): Result {
    const ready = keep(vault);
    const before = stored(vault);
    const error = attempt(call);
    if (error instanceof AwsError && ready.isSame() && stored(vault).messages === before.messages) return { attack, refused: error.code, damage: [] };
    const after = stored(vault);
    const changed = damageOf({ ...before, ...probed }, { ...after, ...(ready.isSame() ? probed : probe(vault)) }, attack.call);
    return error instanceof AwsError ? { attack, refused: error.code, damage: changed } : { attack, damage: [...changed, ...damageByItself(attack.call)] };
}

function objectionTo({ expect, harm }: Attack, { refused, damage }: Result): { objection?: string } {
    if (refused !== undefined && !refusals.test(refused)) return { objection: `got the error ${refused}, which no control of ours gives` };
    if ("allowed" in expect) return refused === undefined ? {} : { objection: `is refused (${refused}), and must be allowed` };
    const allowed: readonly Damage[] = "open" in expect ? (declared[harm] ?? []) : [];
    const undeclared = damage.filter((each) => !allowed.includes(each));
    if (undeclared.length > 0) return { objection: `did damage: ${undeclared.join(", ")}` };
    return "stoppedBy" in expect && refused === undefined ? { objection: "went through, though it left nothing that is measured here" } : {};
}

/** What the lock alone must hold, against whoever can change every policy: each once, whoever tries it. */
const lockCases = (attacks: readonly Attack[]): Attack[] => [...new Map(attacks.filter(declaresLock).map((attack) => [`${attack.call.action} ${attack.call.resource}`, attack])).values()];

/** The root of the backup account, after he has taken away every policy of bucket and organization. */
function playOpened(vault: Vault, like: Attack, whole: Probed): Played {
    const { world, stage } = vault;
    const attack: Attack = { ...like, actor: "A5", call: { ...like.call, principal: { arn: `arn:${stage.partition}:iam::${stage.backup}:root`, account: stage.backup } }, expect: { stoppedBy: ["lock"] } };
    const move = moveOf(vault, attack);
    if (!move) throw new Error(`${like.id} names the lock, and the simulated AWS can't play ${like.call.action} on ${like.call.resource}`);
    const first = keep(vault);
    const guards = world.iam.guardrails(stage.backup);
    world.iam.setGuardrails(stage.backup, { scps: [], rcps: [] });
    world.iam.setResourcePolicy(stage.arns.bucket, stage.backup, openPolicy);
    const result = tried(vault, attack, move.call, whole);
    world.iam.setGuardrails(stage.backup, guards);
    first.undo();
    return { ...result, opened: true, ...objectionTo(attack, result) };
}
