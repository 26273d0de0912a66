// What of a cluster does not fit the stack: found out before anything is made,
// because the cluster itself would say it minutes later, or never. Problems end
// the program; warnings are what is only likely; notes are what could not be
// looked at. Pure.
import { nearest } from "../settings/nearest";
import type { EndingNamespace, Facts, Known, NodeFacts, RightFacts, StackNames, Wants } from "./facts";
import { adding, type Finding, listed, ofSetting } from "./finding";
import { changesSize, growth, keptClaim } from "./growth";
import { contained, covering } from "./networks";
import { lackingNfsClient } from "./nfs-client";
import { endingData, endings, takenPair, unpreviewable } from "./taken";

export interface Judgement {
    readonly problems: readonly Finding[];
    readonly warnings: readonly Finding[];
    /** What was not looked at, and why not. */
    readonly notes: readonly string[];
    /** That the claim keeps, although another one is wanted. */
    readonly claimSize?: string;
}

export function judge(wants: Wants, facts: Facts, names: StackNames): Judgement {
    const problems: Finding[] = [];
    const warnings: Finding[] = [];
    const notes: string[] = [];
    const known = <T>(fact: Known<T>, unjudged: string): T | undefined => {
        if ("value" in fact) return fact.value;
        notes.push(`${unjudged} not checked: ${fact.unread}`);
        return undefined;
    };

    const about = ["placement", ...(wants.build ? ["platform"] : []), ...(wants.server ? ["clientNetworks"] : [])];
    const nodes = known(facts.nodes, `nodes could not be read, so ${about.join(", ")} were`)?.filter(
        ({ takesPods }) => takesPods,
    );
    if (nodes !== undefined) {
        problems.push(...noNodes(nodes), ...placed(wants, nodes), ...platforms(wants, nodes), ...clients(wants, nodes));
        warnings.push(...awayNodes(wants, nodes), ...otherPlatforms(wants, nodes));
        warnings.push(...podNetworks(wants, nodes), ...lackingNfsClient(nodes).map((line) => ({ line })));
    }
    problems.push(...room(wants, facts, names, known));
    problems.push(...taken(facts, names, known));
    // What could not be read is noted by then.
    const { volume } = facts.taken;
    if (wants.preview && "value" in volume) warnings.push(...unpreviewable(names, volume.value, wants.source));
    for (const right of facts.rights) {
        const read = known(right, "rights could not be read, and were");
        if (read?.allowed === false) problems.push(missingRight(read));
    }
    const kept = keptClaim(wants, facts, names);
    return {
        problems,
        warnings,
        notes: [...new Set([...notes, ...(kept ? [kept.note] : [])])],
        ...(kept && { claimSize: kept.size }),
    };
}

/** Gives what is known; notes what is not. */
type Knowing = <T>(fact: Known<T>, unjudged: string) => T | undefined;

/** For the volume behind the share: one that is there needs no class any more, but to grow. */
function room(
    { server, capacity }: Wants,
    { storageClasses, taken: { serverClaim } }: Facts,
    names: StackNames,
    known: Knowing,
): Finding[] {
    if (server?.storage === undefined) return [];
    const { className } = server.storage;
    const claim = "value" in serverClaim ? serverClaim.value : undefined;
    if (claim !== undefined && !changesSize(claim, capacity)) return [];
    const unjudged = claim === undefined ? "storageClassName" : "capacity";
    const classes = known(storageClasses, `StorageClasses could not be read, so ${unjudged} was`);
    if (classes === undefined) return [];
    return claim === undefined ? storage(className, classes) : growth(names.serverClaim, claim, capacity, classes);
}

function taken({ taken: { ending, volume, claim, serverClaim } }: Facts, names: StackNames, known: Knowing): Finding[] {
    const namespaces = ending
        .map((one) => known(one, "namespaces could not be read, so whether they are being deleted was"))
        .filter((one): one is EndingNamespace => one !== undefined);
    if ("unread" in claim) {
        known(claim, "claims could not be read, so whether the volume's name is taken was");
        return endings(namespaces);
    }
    const found = known(volume, "volumes could not be read, so whether their name is taken was");
    const data = "value" in serverClaim ? serverClaim.value : undefined;
    return [...endings(namespaces), ...takenPair(names, found, claim.value), ...endingData(names, data)];
}

function noNodes(nodes: readonly NodeFacts[]): Finding[] {
    if (nodes.length > 0) return [];
    const line = "nodes: none of them takes pods: they need Linux, and no taint that keeps pods out";
    return [{ line, commands: ["kubectl describe nodes"] }];
}

function placed({ placement }: Wants, nodes: readonly NodeFacts[]): Finding[] {
    if (placement === "preferred" || nodes.length !== 1) return [];
    const [only] = nodes;
    return [
        ofSetting({
            key: "placement",
            given: placement,
            allowed: `readers must run on another node than the writer, but only ${only?.name} takes pods`,
            example: "preferred",
        }),
    ];
}

function awayNodes({ placement }: Wants, nodes: readonly NodeFacts[]): Finding[] {
    const away = nodes.flatMap(({ name, away }) => (away ? [`${name} is ${away}`] : []));
    const wanted = Math.min(nodes.length, placement === "required" ? 2 : 1);
    if (nodes.length - away.length >= wanted || away.length === 0) return [];
    return [{ line: `nodes: pods are waited for in vain while ${away.join(" and ")}` }];
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

function platforms({ build }: Wants, nodes: readonly NodeFacts[]): Finding[] {
    const there = unique(nodes.map(({ platform }) => platform));
    const wanted = build?.platform;
    // linux/arm64/v8 says more than nodes do.
    const fits = there.some((platform) => wanted === platform || wanted?.startsWith(`${platform}/`));
    if (wanted === undefined || fits || there.length === 0) return [];
    return [
        ofSetting({
            key: "platform",
            given: wanted,
            allowed: `no node runs images of it; the nodes are ${there.join(", ")}`,
            example: there[0] ?? "",
        }),
    ];
}

function otherPlatforms({ build }: Wants, nodes: readonly NodeFacts[]): Finding[] {
    const there = unique(nodes.map(({ platform }) => platform));
    if (build === undefined || there.length === 0) return [];
    if (there.length > 1) {
        const line =
            `platform: nodes are ${there.join(" and ")}, and images are built for one of them: pods on the others can't ` +
            "start. Give serverImage and clientImage as references of images for all of them.";
        return [{ line }];
    }
    if (build.platform !== undefined || there[0] === build.machine) return [];
    const text = `images are built for what the Docker engine is, probably ${build.machine} as here, and the nodes are ${there[0]}`;
    return [ofSetting({ key: "platform", allowed: text, example: there[0] ?? "" })];
}

type OwnServer = NonNullable<Wants["server"]>;

/** A node of two families mounts over the one that the Service has: one of its addresses is enough. */
const outside = ({ clientNetworks }: OwnServer, nodes: readonly NodeFacts[]): NodeFacts[] =>
    nodes.filter(
        ({ addresses }) => addresses.length > 0 && !addresses.some((address) => contained(address, clientNetworks)),
    );

const networksOf = (nodes: readonly NodeFacts[]): string[] =>
    covering(nodes.map(({ addresses }) => addresses[0] ?? ""));

function clients({ server }: Wants, nodes: readonly NodeFacts[]): Finding[] {
    if (server === undefined) return [];
    const { clientNetworks } = server;
    const refused = outside(server, nodes);
    if (refused.length === 0) return [];
    const names = listed(
        refused.map(({ name, addresses }) => `${name} (${addresses.join(", ")})`),
        MOST_NAMED,
        MORE,
    );
    const which = refused.length === 1 ? "which is" : "which are";
    const given = JSON.stringify(clientNetworks);
    const allowed = `the server would refuse mounts of ${names}, ${which} in none of these networks`;
    return [
        {
            line: `clientNetworks is ${given}: ${allowed}`,
            changes: adding(networksOf(refused), clientNetworks.length),
        },
    ];
}

const MOST_NAMED = 5;
const MORE = "more nodes";

/** Clouds whose network shows a node to its own pods by the node's address. */
const ROUTED = new Set(["gce", "aws"]);

function podNetworks({ server }: Wants, nodes: readonly NodeFacts[]): Finding[] {
    if (server === undefined) return [];
    const networks = nodes
        .filter(({ cloud }) => !ROUTED.has(cloud))
        .flatMap(({ podNetworks }) =>
            podNetworks.some((network) => holdsAny(server, network)) ? [] : (podNetworks[0] ?? []),
        );
    if (networks.length === 0) return [];
    const [only = "", ...others] = networks;
    const all = others.length === 0 ? [only] : covering(networks.map((network) => network.split("/")[0] ?? ""));
    // Not over what mends the nodes' own addresses, should both be done.
    const before = server.clientNetworks.length + networksOf(outside(server, nodes)).length;
    const line =
        `clientNetworks has nothing of the pods' networks (${listed(networks, MOST_NAMED, MORE)}). The server sees its own node, and with an ` +
        'overlay network every node, at an address in them. Add them when mounts end with "access denied by server":';
    return [{ line, changes: adding(all, before) }];
}

/** Whether clients may come from an address in this network at which a node shows itself: its first two. */
function holdsAny({ clientNetworks }: OwnServer, podNetwork: string): boolean {
    const [start = ""] = podNetwork.split("/");
    const gateway = start.includes(":")
        ? start.replace(/::$/, "::1")
        : start.replace(/\d+$/, (last) => `${Number(last) + 1}`);
    return [start, gateway].some((address) => contained(address, clientNetworks));
}

function storage(className: string | undefined, classes: readonly { name: string; isDefault: boolean }[]): Finding[] {
    const names = classes.map(({ name }) => name);
    const there = names.length === 0 ? "the cluster has no StorageClass at all" : `there are ${names.join(", ")}`;
    const example = (className && nearest(className, names)) ?? names[0];
    if (className === undefined && !classes.some(({ isDefault }) => isDefault)) {
        const allowed = `the volume behind the share needs a StorageClass, and none is the cluster's default; ${there}`;
        return [ofSetting({ key: "storageClassName", allowed, ...(example !== undefined && { example }) })];
    }
    if (className !== undefined && !names.includes(className)) {
        const allowed = `there is no such StorageClass; ${there}`;
        return [
            ofSetting({
                key: "storageClassName",
                given: className,
                allowed,
                ...(example !== undefined && { example }),
            }),
        ];
    }
    return [];
}

function missingRight({ verb, resource, name }: RightFacts): Finding {
    const what = [verb, resource, ...(name === undefined ? [] : [name])].join(" ");
    const commands = [`kubectl auth can-i ${what}`];
    if (resource === "priorityclasses") {
        const allowed = `readers that must run on another node than the writer give way to it when its node is lost, by a PriorityClass, and the user of this context may not ${what}`;
        return { ...ofSetting({ key: "placement", given: "required", allowed, example: "preferred" }), commands };
    }
    return { line: `rights: the user of this context may not ${what}, which the stack does`, commands };
}
