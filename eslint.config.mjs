import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["bin/", "node_modules/", ".cache/"] },
    ...tseslint.configs.recommended,
    {
        files: ["**/*.ts"],
        languageOptions: { parserOptions: { project: "./tsconfig.json" } },
        rules: {
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/no-misused-promises": "error",
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
            // `require` inside a function is how serialized Lambdas reach the SDK, and how one process loads the program.
            "@typescript-eslint/no-require-imports": "off",
        },
    },
    {
        // Handlers are serialized: a module-level SDK import would be captured by value and fail at `pulumi up`.
        files: ["handlers/**/*.ts"],
        rules: {
            "@typescript-eslint/no-restricted-imports": [
                "error",
                { patterns: [{ group: ["@aws-sdk/*", "@pulumi/*"], allowTypeImports: true, message: "Types only; values by require() inside the factory." }] },
            ],
            "no-restricted-syntax": [
                "error",
                { selector: "Program > VariableDeclaration NewExpression", message: "A Map, Set, Date or class instance at module level breaks in the serialized Lambda." },
                { selector: "Program > * > ClassDeclaration, Program > ClassDeclaration", message: "A class at module level breaks in the serialized Lambda." },
            ],
        },
    },
    { files: ["**/*.cjs"], languageOptions: { sourceType: "commonjs" }, rules: { "@typescript-eslint/no-require-imports": "off" } },
);
