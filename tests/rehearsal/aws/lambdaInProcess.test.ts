// Doesn't prove that the text runs so on Lambda: that it decides alike over the wire is shown in chaos.test.ts.
import assert from "node:assert/strict";
import { inProcess } from "../../../rehearsal/aws/lambdaInProcess";
import type { Around } from "../../../rehearsal/aws/lambdaSdk";
import type { World } from "../../../rehearsal/aws/types";
import { createWorld } from "../../../rehearsal/aws/world";
import { backup, start } from "./small";
import { addRole, region } from "./relay";

const functionArn = `arn:aws:lambda:${region}:${backup}:function:f`;
const allowed = () => ({ allowed: true, why: "not judged" });

describe("the simulated Lambda in process", () => {
    /** `factory`: what the callback factory returns, as text. */
    function world(factory: string, around?: Around): World {
        const made = createWorld({ region, partition: "aws", start, seed: 1, judge: allowed, runtime: inProcess(around) });
        const roleArn = addRole(made, "function", "lambda.amazonaws.com");
        const text = `function __f0() {\n  return (function() {\n    with({ answer: 42, list: "a, b: \\"c, d", this: undefined, arguments: undefined }) {\n\nreturn () => { ${factory} };\n\n    }\n  }).apply(undefined, undefined).apply(this, arguments);\n}\n\nexports.handler = __f0();\n`;
        made.lambda.addFunction({ name: "f", arn: functionArn, account: backup, roleArn, logGroupArn: "arn:aws:logs:::log-group:f", timeoutMs: 3000, environment: { MINE: "yes" }, files: { "__index.js": text }, handler: "__index.handler" });
        return made;
    }
    const sts = `const { STSClient, AssumeRoleCommand } = require("@aws-sdk/client-sts"); const sts = new STSClient({}); let calls = 0;`;
    const assume = `sts.send(new AssumeRoleCommand({ RoleArn: "arn:aws:iam::${backup}:role/r", RoleSessionName: "ab" }))`;

    it("gives the text its environment, the virtual date, its captured values and the world's chance, and keeps its lines", async () => {
        const made = world(`return async (event) => { console.log("plain %s", event.a); return [answer + list.length - 11, process.env.MINE, new Date().getTime(), Date.now(), new Date(0).toISOString(), Math.random() < 1]; }`);
        await made.clock.run(start + 5000);
        assert.deepEqual(await made.lambda.invoke(functionArn, { a: 1 }), [42, "yes", start + 5000, start + 5000, "1970-01-01T00:00:00.000Z", true]);
        assert.deepEqual(made.lambda.logs.map(({ text, at }) => [text, at]), [["plain 1", start + 5000]]);
    });
    it("keeps a warm environment, and begins a new one for a second invocation at the same moment", async () => {
        const made = world(`${sts} return async () => { await ${assume}; return ++calls; }`);
        const invoke = () => made.lambda.invoke(functionArn, {});
        assert.deepEqual([await invoke(), await invoke()], [1, 2]);
        assert.deepEqual((await Promise.all([invoke(), invoke()])).sort(), [1, 3]);
    });
    it("loses no line of two at the same moment", async () => {
        const made = world(`${sts} return async (name) => { console.log(name + " begins"); await ${assume}; if (name === "a") await ${assume}; console.log(name + " ends"); }`);
        await Promise.all([made.lambda.invoke(functionArn, "a"), made.lambda.invoke(functionArn, "b")]);
        assert.deepEqual(made.lambda.logs.map(({ text }) => text).filter((text) => /^[ab] /.test(text)).sort(), ["a begins", "a ends", "b begins", "b ends"]);
    });
    it("loses the environment of an invocation that dies at a call, and what it printed stays", async () => {
        let calls = 0;
        const made = world(`${sts} return async () => { console.log("before"); await ${assume}; return ++calls; }`, (_call, run, die) => (++calls === 2 ? die() : Promise.resolve(run())));
        const invoke = () => made.lambda.invoke(functionArn, {});
        assert.equal(await invoke(), 1);
        await assert.rejects(invoke(), { name: "Sandbox.Timedout" });
        assert.equal(await invoke(), 1, "a new environment");
        assert.equal(made.lambda.logs.length, 3);
    });
    it("throws errors as the SDK does, and refuses what it doesn't simulate", async () => {
        const rds = `const m = require("@aws-sdk/client-rds"); const rds = new m.RDSClient({});`;
        const made = world(`${rds} return async (name) => { try { return await rds.send(new m[name + "Command"]({ ExportTaskIdentifier: "e1", SourceArn: "arn", S3BucketName: "b", IamRoleArn: "r", KmsKeyId: "k" })); } catch ({ name, $fault, $metadata }) { return { name, $fault, status: $metadata?.httpStatusCode }; } }`);
        assert.deepEqual(await made.lambda.invoke(functionArn, "StartExportTask"), { name: "DBSnapshotNotFoundFault", $fault: "client", status: 404 });
        assert.deepEqual(await made.lambda.invoke(functionArn, "DescribeExportTasks"), { name: "ExportTaskNotFoundFault", $fault: "client", status: 404 });
        assert.deepEqual(await made.lambda.invoke(functionArn, "CancelExportTask"), { name: "Error", $fault: undefined, status: undefined });
    });
});
