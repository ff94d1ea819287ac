/** What `render` yields: the graph that `pulumi up` would send, outputs resolved. */
import type { Guardrails } from "../components/guardrails/documents";

export interface RenderedResource {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** Account and Region of the provider that serves it; absent for components, providers and the stack. */
    readonly account?: string;
    readonly region?: string;
    readonly inputs: Readonly<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any -- inputs are as various as AWS
    /** With `id`; absent for components. */
    readonly outputs?: Readonly<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly parent?: string;
    readonly dependsOn: readonly string[];
    /** As Pulumi writes them, such as `3h`; absent: the provider's own. */
    readonly timeouts?: { readonly create: string; readonly update: string; readonly delete: string };
    readonly deleteBeforeReplace?: true;
}

export interface RenderedFunction {
    readonly handler: string;
    readonly environment: Readonly<Record<string, string>>;
    /** Path in the archive to text. */
    readonly files: Readonly<Record<string, string>>;
}

export interface Rendered {
    readonly stack: string;
    readonly resources: readonly RenderedResource[];
    readonly functions: Readonly<Record<string, RenderedFunction>>;
    /** What is to be attached in the organization, whether the program does it or somebody by hand. */
    readonly guardrails: Guardrails;
}
