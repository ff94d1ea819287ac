/** The Python peers. Releases are pinned: what they get wrong is written down for these. */
import { delimiter, dirname, join } from "node:path";
import { venv } from "../peers/python";
import { root } from "../rendered";
import { startPeer, type Peer } from "../peers/peer";

/**
 * RDS as far as its control plane goes: exports are `complete` at once, and nothing is written. https://docs.getmoto.org/en/latest/docs/server_mode.html
 * @param account whose all calls are; absent: moto's own, or the one that a call's header `x-moto-account-id` names (https://docs.getmoto.org/en/latest/docs/multi_account.html)
 */
export async function startMoto(account?: string): Promise<Peer> {
    return startPeer({
        command: join(await venv(["moto[server]==5.2.5"]), "moto_server"),
        arguments: (port) => ["-H", "127.0.0.1", "-p", String(port)],
        environment: (): Record<string, string> => (account ? { MOTO_ACCOUNT_ID: account } : {}),
        ready: "/moto-api/",
    });
}

/** Whatever has twelve digits is an access key of that account's root. */
export const rootSecret = "test";

/**
 * STS, IAM, EventBridge, SQS, S3, KMS and Lambda, which judges every call by the policies that were put there (AUTH).
 * https://pypi.org/project/ministack/
 * @param node what it runs the functions on
 */
export async function startMiniStack(region: string, node: string): Promise<Peer> {
    return startPeer({
        command: join(await venv(["ministack==1.5.33"]), "ministack"),
        arguments: () => [],
        environment: (port) => ({
            PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
            AUTH: "true",
            BIND_HOST: "127.0.0.1",
            GATEWAY_PORT: String(port),
            LAMBDA_EXECUTOR: "local",
            MINISTACK_REGION: region,
            // Fixed ports that nobody here needs.
            IOT_MTLS_ENABLED: "false",
            SFTP_ENABLED: "false",
            // Lambda's runtime has the SDK; here the project's own stands for it.
            NODE_PATH: join(root, "node_modules"),
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        }),
        ready: "/_ministack/health",
    });
}
