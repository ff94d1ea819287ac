/** Answers as XML, as the query protocol and S3 write them. */
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;", "\n": "&#xA;" };

/** What a list's elements are called; lists not named here repeat their own name, as S3's do. */
const members: Record<string, string> = {
    DBSnapshots: "DBSnapshot",
    DBClusterSnapshots: "DBClusterSnapshot",
    DBInstances: "DBInstance",
    DBClusters: "DBCluster",
    ExportTasks: "ExportTask",
    TagList: "Tag",
    ExportOnly: "member",
};

export function xml(name: string, value: unknown, attributes = ""): string {
    if (value === undefined) return "";
    if (Array.isArray(value)) {
        const member = members[name];
        const items = value.map((item) => xml(member ?? name, item)).join("");
        return member ? `<${name}>${items}</${name}>` : items;
    }
    return `<${name}${attributes}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === "object" && value !== null) return Object.entries(value).map(([key, each]) => xml(key, each)).join("");
    return String(value).replace(/[&<>"\r\n]/g, (character) => escapes[character]!);
}
