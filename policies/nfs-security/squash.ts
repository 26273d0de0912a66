// Policy: root of a client is not root on the share.
import { type Judgement, type KubernetesObject, objectPolicy, titleOf } from "@nfs-storage-stack/policies-shared";
import { exportsOf, unjudgedExports } from "./exports";
import { EVERYONE } from "./networks";

export function judge(object: KubernetesObject): Judgement {
    const exports = exportsOf(object);
    if (exports === undefined) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    const problems = exports.grants
        .filter(({ keepsRoot }) => keepsRoot)
        .map(({ where, export: path, client, keepsRoot }) => ({
            urn,
            subject,
            found: `${where}: ${keepsRoot === "unsquashed" ? "no squashing of root" : "squashing to uid 0, which is root,"} for ${client === EVERYONE ? client : `"${client}"`} on the export ${path}`,
            wanted: "root of a client squashed, or every user of it, to somebody who is not root",
            mend: "Squash = All_Squash (or Root_Squash) in ganesha.conf with an Anonymous_Uid that owns the share, all_squash or root_squash with anonuid in exports(5)",
        }));
    return [...problems, ...unjudgedExports(object, exports)];
}

export const squashed = objectPolicy(
    {
        name: "exports-squash-root",
        displayName: "Exports squash root",
        description: "No export lets a client's root be root on the share.",
        severity: "high",
        tags: ["kubernetes", "security", "nfs"],
        remediationSteps: "Set the export's squash, and own the share by the squashed identity.",
        details: [
            "With `no_root_squash` any container that runs as root reads and owns everything on the share, and can leave setuid programs there for others to run.",
            "Judged are the same places as by `exports-are-not-world-open`. Nothing said is right: root is squashed by default, by the kernel's server and by Ganesha. Of opposite options of exports(5) the last one counts, and `all_squash` before both.",
            "Squashing to uid 0 (`anonuid=0`, `Anonymous_Uid = 0`) is refused: root of a client stays root, and with `all_squash` everybody becomes it.",
        ],
    },
    judge,
);
