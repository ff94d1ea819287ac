/**
 * How every client of the SDK is set up: a call that hangs must not cost the others their turn. Without `throwOnRequestTimeout` the
 * SDK only warns of a request that takes too long: https://github.com/smithy-lang/smithy-typescript/blob/main/packages/types/src/http/httpHandlerInitialization.ts
 * @param requestTimeout milliseconds until an attempt's answer must have begun; a connection has 3000
 */
export const clientSettings = (maxAttempts: number, requestTimeout: number) => ({
    retryMode: "standard",
    maxAttempts,
    requestHandler: { connectionTimeout: 3000, requestTimeout, throwOnRequestTimeout: true },
});
