/** The whole configuration, validated, as one readonly object. Pure: no Pulumi, no clock. */
import * as v from "valibot";
import type { AcceptedSkip, DatabaseRules, EnrolledUnits, Filter } from "../handlers/lib/types";
import { partitionOf } from "./arns";
import { snapshotTypes, type WrittenRules } from "./databaseSchema";
import { compileFilter, type Scope } from "./filters";
import { pathText, settingsError, shown, type Problem } from "./problems";
import { problemsBetween } from "./settingsRules";
import { settingsSchema, stackSchema, type Written } from "./settingsSchema";

export type { Problem, SettingsError } from "./problems";
export { settingsKeys } from "./settingsSchema";

interface Account {
    /** 12 digits. */
    readonly id: string;
    /** Role that `pulumi up` assumes there. */
    readonly deployRoleArn: string;
}

export interface SourceAccount extends Account {
    readonly name: string;
    /** Merged with the global rules; only when the account has rules of its own. */
    readonly databases?: DatabaseRules;
}

/** Organization-wide rollout. */
export interface Organization extends EnrolledUnits {
    /** Delegated administrator for StackSets, which owns the StackSet; never the backup account: it can write into every account. */
    readonly rolloutAccount: Account;
}

/** Who is told what. */
export interface Monitoring {
    /** E-mail addresses that alarms and the daily digest go to; default: none. */
    readonly alertEmails: readonly string[];
    /** Hours that a database exported daily (or more often) may be without protection; default 36. Longer frequencies add their own length. */
    readonly rpoHours: number;
    /** Whether the account has a CloudTrail trail that logs management events of all Regions, or one is to be made. Default: existing. */
    readonly trail: "existing" | "create";
    /** SNS topic, in another account, that hears from every sweep; default: none. */
    readonly heartbeatTopicArn?: string;
    /** Whether the metrics of looks and seals carry the account as a further dimension, at a price; default false. */
    readonly perAccountMetrics: boolean;
}

/** The organization's policies over the accounts. */
export interface GuardrailSettings {
    /** Role of the backup account that is assumed from another one, and alone may change what the guardrails hold; default: none. */
    readonly breakGlassRoleArn?: string;
    /** Regions of other stacks in the backup account; default: none. */
    readonly otherRegions: readonly string[];
    /** Listed accounts and organizations of other stacks in the backup account; default: none. */
    readonly otherSources: readonly string[];
    /** Role of the management account that attaches the policies. Absent: they are attached by hand. */
    readonly managementRoleArn?: string;
    /** The backup account, source accounts and enrolled units that they are attached to. */
    readonly targets: readonly string[];
}

export interface Settings {
    /** At most 12 of `[a-z0-9-]`. */
    readonly stack: string;
    readonly region: string;
    /** `aws`, `aws-cn` or `aws-us-gov`. */
    readonly partition: string;
    readonly backupAccount: Account;
    /** Listed accounts; may be empty when units are enrolled. */
    readonly sourceAccounts: readonly SourceAccount[];
    readonly organization?: Organization;
    readonly databases: DatabaseRules;
    readonly vault: {
        /** COMPLIANCE retention of every version, in days. */
        readonly retentionDays: number;
        /** Default: retentionDays + 1. */
        readonly expireAfterDays: number;
        readonly archive?: { readonly afterDays: number; readonly class: "GLACIER_IR" | "DEEP_ARCHIVE" };
        /** The kill switch: accounts that may write nothing more into the vault. 12 digits each; default: none. */
        readonly suspendedAccounts: readonly string[];
    };
    readonly monitoring: Monitoring;
    readonly guardrails: GuardrailSettings;
    readonly exports: {
        /** Attempts per snapshot whose export itself failed; default 3. */
        readonly maxAttempts: number;
        /** Default: none. */
        readonly acceptedSkips: readonly AcceptedSkip[];
    };
}

/**
 * @param stack name of the stack
 * @param raw values by key without the namespace, and `aws:region`
 * @throws SettingsError with every problem found
 */
export function parseSettings(stack: string, raw: Readonly<Record<string, unknown>>): Settings {
    const { settings, problems } = checkSettings(stack, raw);
    if (!settings) throw settingsError(`stack ${stack}`, problems);
    return settings;
}

/** As `parseSettings`, for callers that have problems of their own to add. */
export function checkSettings(stack: string, raw: Readonly<Record<string, unknown>>): { settings?: Settings; problems: Problem[] } {
    const form = v.safeParse(settingsSchema, raw);
    const written = form.output as Written;
    const ofKeys = [...issues(v.safeParse(stackSchema, stack), "stack"), ...issues(form)];
    const problems = [...ofKeys, ...problemsBetween(written, ofKeys)];
    return problems.length > 0 ? { problems } : { settings: resolve(stack, written), problems };
}

function issues({ issues = [] }: { issues?: readonly v.BaseIssue<unknown>[] }, ...above: string[]): Problem[] {
    const seen = new Set<string>();
    return issues
        .map(({ path = [], input, message }) => ({
            path: pathText([...above, ...path.map(({ key }) => key as string | number)]),
            received: shown(input),
            message,
        }))
        // A value that breaks two checks of one remedy is one problem.
        .filter(({ path, message }) => !seen.has(path + message) && seen.add(path + message));
}

function resolve(stack: string, { "aws:region": region, backupAccount, sourceAccounts = [], organization, vault, exports, monitoring, guardrails, ...written }: Written): Settings {
    const { retentionDays, expireAfterDays = retentionDays + 1, archive, suspendedAccounts } = vault;
    const scope: Scope = { accounts: sourceAccounts, members: organization !== undefined };
    const defaults: DatabaseRules = {
        include: compile(["*"], scope),
        exclude: [],
        snapshotTypes,
        frequency: "daily",
        overrides: [],
        // Seven days, but never longer than the vault keeps.
        lookbackDays: Math.min(7, retentionDays),
        copies: false,
    };
    const databases = narrowed(defaults, written.databases, scope);
    return frozen({
        stack,
        region,
        partition: partitionOf(region),
        backupAccount: { ...backupAccount },
        sourceAccounts: sourceAccounts.map(({ databases: own, ...account }) => ({
            ...account,
            ...(own && Object.keys(own).length > 0 && { databases: narrowed(databases, own, scope) }),
        })),
        ...(organization && { organization: organizationOf(organization, databases, scope) }),
        databases,
        vault: { retentionDays, expireAfterDays, ...(archive && { archive }), suspendedAccounts },
        monitoring,
        guardrails,
        exports: {
            ...exports,
            acceptedSkips: exports.acceptedSkips.map((each) => ({ databases: compile(each.databases, scope), tables: each.tables })),
        },
    });
}

function organizationOf({ id, organizationalUnits, rolloutAccount, rules }: NonNullable<Written["organization"]>, global: DatabaseRules, scope: Scope): Organization {
    return {
        organizationId: id,
        units: organizationalUnits,
        rolloutAccount,
        rules: rules.map(({ databases, ...criteria }, i) => ({
            text: `organization.rules[${i}]`,
            ...criteria,
            databases: narrowed(global, databases, scope),
        })),
    };
}

/** Excludes and overrides add up, `include` replaces, everything else overrides. `tags: {}` lifts the tags asked for above. */
function narrowed(above: DatabaseRules, own: WrittenRules, scope: Scope): DatabaseRules {
    const { include, exclude = [], overrides = [], ...scalars } = own;
    const { tags, ...rules } = { ...above, ...scalars };
    return {
        ...rules,
        include: include ? compile(include, scope) : above.include,
        exclude: [...above.exclude, ...compile(exclude, scope)],
        overrides: [...above.overrides, ...overrides.map((each) => ({ ...each, databases: compile(each.databases, scope) }))],
        ...(tags && Object.keys(tags).length > 0 && { tags }),
    };
}

const compile = (texts: readonly string[], scope: Scope): Filter[] =>
    texts.flatMap((text) => {
        const compiled = compileFilter(text, scope);
        return "filter" in compiled ? compiled.filter : [];
    });

/** A copy, frozen through and through: handlers capture it. */
function frozen<T>(value: T): T {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, frozen(each)]))) as T;
}
