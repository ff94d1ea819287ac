/** What each dependency is for. Pure; a test holds it against package.json. */
import { table } from "./table";

const uses: Readonly<Record<string, string>> = {
    "@aws-sdk/client-rds": "the starter's calls to RDS; at deploy time only its version matters, the runtime brings its own",
    "@aws-sdk/client-sts": "the starter's way into source accounts, the doctor's into all",
    "@pulumi/aws": "the AWS resources of the program",
    "@pulumi/pulumi": "the program's components, and the serialized functions",
    "picomatch": "globs of the filters, as regular expressions at deploy time",
    "valibot": "the form of the configuration",
    "@aws-sdk/client-account": "doctor: which Regions are on",
    "@aws-sdk/client-cloudformation": "doctor: StackSets and their access",
    "@aws-sdk/client-cloudtrail": "watcher, doctor: whether a trail logs",
    "@aws-sdk/client-cloudwatch": "report, status: which alarms ring",
    "@aws-sdk/client-cloudwatch-logs": "watcher, report: lines of the functions",
    "@aws-sdk/client-eventbridge": "doctor: names taken; wire tests",
    "@aws-sdk/client-iam": "doctor: names taken; wire tests",
    "@aws-sdk/client-lambda": "doctor: quotas; wire tests",
    "@aws-sdk/client-organizations": "sweep, doctor: members of units",
    "@aws-sdk/client-s3": "the functions' calls to S3, report, doctor",
    "@aws-sdk/client-sns": "sweep, watcher, doctor: notices",
    "@aws-sdk/client-sqs": "the functions' calls to SQS",
    "@cloud-copilot/iam-simulate": "the independent IAM evaluator of rehearsal and tests",
    "@sinonjs/fake-timers": "virtual time in the rehearsal's function processes",
    "@types/aws-lambda": "types of Lambda's events",
    "@types/mocha": "types of the tests' globals",
    "@types/node": "types of Node",
    "@types/picomatch": "types of picomatch",
    "ajv": "manifests against their JSON schema: report and tests",
    "eslint": "lint",
    "fast-check": "property tests, chaos histories",
    "mocha": "test runner",
    "picocolors": "colours in the terminal",
    "ts-node": "runs TypeScript, as `pulumi up` does",
    "typescript": "compiler, for ts-node and the typecheck",
    "typescript-eslint": "lint of TypeScript",
    "yaml": "reads Pulumi's configuration files outside Pulumi",
};

interface PackageJson {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
}

/** Throws where a dependency has no use, or a use no dependency. */
export function dependencyTable(packageJson: string): string {
    const { dependencies, devDependencies } = JSON.parse(packageJson) as PackageJson;
    const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    const wrong = [...names.filter((name) => !uses[name]), ...Object.keys(uses).filter((name) => !names.includes(name))];
    if (wrong.length) throw new Error(`bench/dependencies.ts and package.json don't name the same packages: ${wrong.join(", ")}. Say in bench/dependencies.ts what each is for.`);
    return table(["package", "needed by", "for"], names.map((name) => [name, dependencies[name] ? "`pulumi up`" : "commands and tests", uses[name]!]));
}
