/**
 * Whether a name is like a glob: `*` is any run of characters, `?` is one, everything else stands for itself. Not picomatch, as for
 * databases: that is made for paths, and the tables that RDS skips are those with odd names, a `/` in them for instance.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html
 * And no RegExp: it tries every way to share a name among several `*`, and the names are a source account's. Here only the last `*` met
 * grows, since what stands before it needn't be matched again, so the time is that of the name times the text behind a `*`.
 */
export function isLike(name: string, glob: string): boolean {
    let [at, g, star, from] = [0, 0, -1, 0];
    while (at < name.length) {
        if (glob[g] === "*") [star, from] = [g++, at];
        else if (g < glob.length && (glob[g] === "?" || glob[g] === name[at])) [g, at] = [g + 1, at + 1];
        else if (star >= 0) [g, at] = [star + 1, ++from];
        else return false;
    }
    while (glob[g] === "*") g++;
    return g === glob.length;
}
