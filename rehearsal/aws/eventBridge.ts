/** Buses, rules and targets of the classic EventBridge: queues, topics, and buses in another account or Region. */
import { transform } from "./inputTransformer";
import { compilePart, compilePattern } from "./pattern";
import { AwsError, type AwsEvent, type EventBridge, type KnownOfCall, type Match, type Principal, type RuleTarget, type World } from "./types";

interface Rule {
    readonly arn: string;
    readonly account: string;
    readonly matches: (event: AwsEvent) => boolean;
    /** Whether an event that holds at least this may match. */
    readonly mayMatch: (known: KnownOfCall) => boolean;
    readonly targets: readonly RuleTarget[];
}

const eventBridgeService: Principal = { arn: "events.amazonaws.com", service: "events.amazonaws.com" };
const accountOf = (arn: string) => arn.split(":")[4]!;
const regionOf = (arn: string) => arn.split(":")[3]!;
const serviceOf = (arn: string) => arn.split(":")[2]!;
const isBus = (arn: string) => serviceOf(arn) === "events";
/** Of CloudTrail's events a rule that isn't told otherwise gets none of these: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html */
const reading = /^(Get|List|Describe)/;

/** Missing rights and missing targets aren't retried: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const lasting = /AccessDenied|NonExistentQueue|ResourceNotFound/;
const day = 24 * 3600_000;

export function createEventBridge(world: World): EventBridge {
    const rules = new Map<string, Rule[]>();
    const matched = new Set<string>();
    const matches: Match[] = [];
    const listening = new Map<string, boolean>();

    const defaultBus = (account: string, region: string) => `arn:${world.partition}:events:${region}:${account}:event-bus/default`;

    function rulesOf(busArn: string): Rule[] {
        const found = rules.get(busArn);
        if (found) return found;
        // Every account has a default bus; others are made.
        if (!busArn.endsWith(":event-bus/default")) throw new AwsError("ResourceNotFoundException", `Event bus ${busArn} does not exist.`);
        rules.set(busArn, []);
        return rules.get(busArn)!;
    }

    /** On each bus on its own: a bus knows the rules of its own account only. */
    function arrive(busArn: string, event: AwsEvent): void {
        for (const rule of rulesOf(busArn)) {
            if (!rule.matches(event)) continue;
            matched.add(event.id);
            matches.push({ at: world.clock.now, rule: rule.arn });
            for (const target of rule.targets) deliver(rule, target, event, world.clock.now);
        }
    }

    function deliver(rule: Rule, target: RuleTarget, event: AwsEvent, since: number): void {
        try {
            if (isBus(target.arn)) forward(rule, target, event);
            else if (serviceOf(target.arn) === "sns") publish(rule, target, event);
            else sendAs(rule, target.arn, event);
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            const age = world.clock.now - since;
            if (lasting.test(error.code) || age >= day) return giveUp(rule, target, event);
            // AWS: 24 hours, 185 attempts, back-off with jitter; here doubling without, from a second to ten minutes.
            world.clock.at(world.clock.now + Math.min(Math.max(age, 1000), 600_000), () => deliver(rule, target, event, since));
        }
    }

    /** The event arrives unchanged, the sender's account included: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
    function forward(rule: Rule, target: RuleTarget, event: AwsEvent): void {
        // Single hop: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
        // That it ends in the dead-letter queue is reported by users (THIRD_ACCOUNT_HOP_DETECTED).
        if (event.account !== rule.account) return giveUp(rule, target, event);
        const session = world.iam.assumeAsService("events.amazonaws.com", target.roleArn!, { account: rule.account, arn: rule.arn });
        authorizePut(session, target.arn, event);
        arrive(target.arn, event);
    }

    function publish(rule: Rule, { arn, transformer }: RuleTarget, event: AwsEvent): void {
        const message = transformer ? transform(transformer, event) : JSON.stringify(event);
        world.sns.publish(eventBridgeService, arn, { message }, { arn: rule.arn, account: rule.account, event });
    }

    function authorizePut(principal: Principal, busArn: string, event: AwsEvent): void {
        rulesOf(busArn);
        world.authorize({
            principal,
            action: "events:PutEvents",
            resource: busArn,
            resourceAccount: accountOf(busArn),
            // Lists, since one PutEvents may carry several events.
            context: { "events:source": [event.source], "events:detail-type": [event["detail-type"]] },
        });
    }

    /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html */
    function sendAs(rule: Rule, queueArn: string, event: AwsEvent): void {
        world.sqs.send(eventBridgeService, queueArn, JSON.stringify(event), { "aws:SourceArn": rule.arn, "aws:SourceAccount": rule.account });
    }

    /** To the dead-letter queue; where that refuses too, the event is lost: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
    function giveUp(rule: Rule, target: RuleTarget, event: AwsEvent): void {
        if (!target.deadLetterArn) return;
        try {
            sendAs(rule, target.deadLetterArn, event);
        } catch (error) {
            if (!(error instanceof AwsError)) throw error;
        }
    }

    const events: EventBridge = {
        matches,
        weather: () => [0],
        addBus: (arn) => void (rules.has(arn) || rules.set(arn, [])),
        addRule({ arn, account, busArn, pattern, targets, readsToo = false }) {
            for (const target of targets.filter(({ arn }) => isBus(arn))) {
                if (accountOf(target.arn) === account && regionOf(target.arn) === regionOf(busArn)) throw new Error(`${arn}: a bus of the same account as target isn't simulated`);
                // Since March 2023 for every new target: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
                if (!target.roleArn) throw new Error(`${arn}: a bus in another account as target needs a role`);
            }
            const [matches, mayMatch] = [compilePattern(pattern), compilePart(pattern)];
            const gets = ({ detail }: { detail: AwsEvent["detail"] | KnownOfCall["detail"] }) => readsToo || detail.readOnly !== true || !reading.test(String(detail.eventName));
            rulesOf(busArn).push({ arn, account, matches: (event) => matches(event) && gets(event), mayMatch: (known) => mayMatch(known) && gets(known), targets });
            listening.clear();
        },
        listens(account, region, known) {
            const { eventSource, eventName } = known.detail;
            const key = `${account} ${region} ${eventSource} ${eventName}`;
            let answer = listening.get(key);
            if (answer === undefined) listening.set(key, (answer = rulesOf(defaultBus(account, region)).some(({ mayMatch }) => mayMatch(known))));
            return answer;
        },
        tell: (account, event) => arrive(defaultBus(account, event.region), event),
        emit(event) {
            const busArn = defaultBus(event.account, event.region);
            for (const delay of events.weather(event)) world.clock.at(world.clock.now + delay, () => arrive(busArn, event));
        },
        putEvents(principal, busArn, event, { trustSource = false } = {}) {
            const sent = { ...event, account: principal.account ?? event.account };
            authorizePut(principal, busArn, sent);
            // Documented as an error code; that it holds for custom buses across accounts is unverified:
            // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
            if (sent.source.startsWith("aws.") && !trustSource) {
                throw new AwsError("NotAuthorizedForSourceException", `Not authorized for the source ${sent.source}.`);
            }
            arrive(busArn, sent);
        },
        forwarded: (eventId) => matched.has(eventId),
    };
    return events;
}
