/** The value of an environment variable, or an error that names it; called at cold start, so a bad deployment fails at once. */
export function required(name: string): string {
    const value = process.env[name]?.trim();
    if (value) return value;
    throw Object.assign(new Error(`The environment variable ${name} is missing. Deploy the function with \`pulumi up\`.`), {
        name: "ConfigurationError",
    });
}
