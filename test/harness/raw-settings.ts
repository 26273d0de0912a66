// Configurations for property-based tests: what people mean, what is nearly
// that, and what somebody might try.
import fc from "fast-check";
import { type KeyName, keyOf, keys } from "../../settings/keys";

const names = Object.keys(keys) as KeyName[];
const digest = (letter: string): string => `@sha256:${letter.repeat(64)}`;

/** Values that are right by themselves, by key; of the others the example is one. */
const right: Partial<Record<KeyName, fc.Arbitrary<string>>> = {
    context: fc.constantFrom("lab", "arn:aws:eks:eu-west-1:1:cluster/x", "it's; $(reboot)", "my cluster", "{}"),
    kubeconfig: fc.constantFrom("./kubeconfig", "~/my configs/%h #1"),
    registryServer: fc.constantFrom("127.0.0.1:5000", "docker.io/team", "[fd00::7]:5000/a/b-c"),
    registryPassword: fc.constantFrom("p", "{};=# \"'%", "\u00e9\u{1f600}"),
    serverImage: fc.constantFrom(`r.example:5000/a/b:1${digest("a")}`, `x${digest("0")}`),
    clientImage: fc.constant(`localhost/x${digest("f")}`),
    externalServer: fc.constantFrom("10.0.0.7:/share", "[fd00::7]:/", "10.0.0.7:/a/b.c"),
    clientNetworks: fc
        .array(
            fc.oneof(
                fc.ipV4().map((ip) => `${ip}/32`),
                fc.ipV6().map((ip) => `${ip}/128`),
            ),
            {
                minLength: 1,
                maxLength: 4,
            },
        )
        .map((networks) => JSON.stringify(networks)),
    serverAddress: fc.oneof(fc.ipV4(), fc.ipV6()),
    exportPath: fc.stringMatching(/^(\/[A-Za-z0-9_][A-Za-z0-9._-]{0,5}){1,4}$/),
    graceSeconds: fc.integer({ min: 1, max: 180 }).map(String),
    leaseSeconds: fc.integer({ min: 1, max: 120 }).map(String),
    capacity: fc.constantFrom("64Mi", "1Ei", "0.5Gi", "1e12", "500M"),
    mountOptions: fc.constantFrom("[]", '["hard"]', '["nfsvers=4.1","actimeo=3"]', '["constructor"]'),
    userId: fc.integer({ min: 1, max: 2 ** 31 - 1 }).map(String),
    groupId: fc.integer({ min: 1, max: 2 ** 31 - 1 }).map(String),
    readers: fc.integer({ min: 1, max: 100 }).map(String),
    message: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("$(POD_NAME)", "$$", "a\nb", '"', "{{.}}", "%s")),
    writeInterval: fc.constantFrom("10ms", "1s", "1m", ".25s"),
    freshness: fc.constantFrom("3s", "10m", "2m30s"),
    checkRecords: fc.integer({ min: 1, max: 20 }).map(String),
    checkTimeout: fc.constantFrom("5s", "4m"),
};
const valid = (name: KeyName): fc.Arbitrary<string> => {
    const { example, list, parse } = keyOf(name);
    const plain = parse.type === "boolean" ? fc.constantFrom("true", "false", "") : fc.constantFrom(example, "");
    return right[name] ?? (list ? fc.constant(JSON.stringify([example])) : plain);
};

/** What ends a word, a value, a line or a block somewhere, and numbers that are too much. */
const pieces = [
    ..."{};=#%\"'`\\$&|<>\n\r\t\0 ,[]:/@*~",
    "; } EXPORT { Access_Type = RW;",
    "\nEXPORT { Pseudo = /; }",
    "# ",
    "%include /etc/passwd",
    "$(reboot)",
    "\u2028\u0085\u00a0\u202e\ufeff\u{1f600}\u00e9\ud800",
    "\u001b[2J",
    "9".repeat(400),
    "1e999",
    "-1",
    "0x10",
    "NaN",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "../..",
    "::1%lo",
    "0.0.0.0/0",
    "/canary",
    "null",
    "undefined",
    "[object Object]",
];
const hostile = fc.oneof(
    fc.constantFrom(...pieces),
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((some) => some.join("")),
    fc.json({ maxDepth: 2 }),
    fc.constant("[".repeat(5_000)),
);

/** What is wrong, or means something else, in the place where it stands. */
const tricky: Partial<Record<KeyName, readonly string[]>> = {
    clientNetworks: [
        '["::1%lo/128"]',
        '["10.0.0.0/08"]',
        '["10.0.0.0/+8"]',
        '["0/0"]',
        '["010.0.0.1/8"]',
        '[["10.0.0.0/8"]]',
    ],
    serverAddress: ["fe80::1%eth0", "10.1", "0x7f.0.0.1"],
    exportPath: ["/canary", "/canary/x", "/share/", "/-a", "/a//b", "/.", `/${"a".repeat(300)}`],
    externalServer: ["[::1%lo]:/share", "10.0.0.7:/a b", "10.0.0.7:/..", "10.0.0.7:"],
    capacity: ["1e30", "0.1Gi", "2Ei", "1e-3", "64Mi;", "1e99999999"],
    mountOptions: ['["__proto__"]', '["__proto__=1"]', '["nfsvers=4.2=3"]', '["hard,soft"]', "[null]"],
    writeInterval: ["1.0005s", "1e3ms", "-1s", "1m1m", "60001ms"],
    userId: ["0", "4294967295", "1e3", "007"],
    registryServer: ["r:0", "r:99999", "team/a", "r.example/..", "r.example/A"],
    message: ["$".repeat(4096), "\u00e9".repeat(2049)],
};

/** A value with a piece put into it, as the whole or as an item of a list. */
const spoilt = (name: KeyName): fc.Arbitrary<string> =>
    fc.tuple(valid(name), fc.constantFrom(...pieces), fc.nat(40), fc.boolean()).map(([text, piece, at, inside]) => {
        const broken = (whole: string): string => whole.slice(0, at) + piece + whole.slice(at);
        if (!keyOf(name).list || !inside) return broken(text);
        const items = JSON.parse(text) as string[];
        return JSON.stringify([...items.slice(1), broken(items[0] ?? "")]);
    });

const nearly = (name: KeyName): fc.Arbitrary<string> =>
    fc.oneof(spoilt(name), ...(tricky[name] ? [fc.constantFrom(...tricky[name])] : []));

const enough = { context: "lab", registryServer: "127.0.0.1:5000", clientNetworks: '["10.0.0.1/32"]' };

const setting = (value: (name: KeyName) => fc.Arbitrary<string>): fc.Arbitrary<[string, string]> =>
    fc.constantFrom(...names).chain((name) => value(name).map((text): [string, string] => [name, text]));
const anyKey = fc.tuple(
    fc.oneof(
        hostile,
        setting(valid).map(([name]) => `${name}s`),
    ),
    hostile,
);

/** As Object.assign, for any name: `__proto__` is a key like others. */
const record = (entries: readonly (readonly [string, string])[]): Record<string, string> => Object.fromEntries(entries);

const enoughWith = (entries: readonly (readonly [string, string])[]): Record<string, string> =>
    record([...Object.entries(enough), ...entries]);

/** A configuration of values that are right one by one. */
export const rightSettings = fc.array(setting(valid), { maxLength: 8 }).map((entries) => enoughWith(entries));

/** Each of the tricky values in a configuration that is right otherwise. */
export const trickySettings = Object.entries(tricky).flatMap(([name, texts]) =>
    texts.map((text) => enoughWith([[name, text]])),
);

/** Mostly right, with some that are not; sometimes nothing but that. */
export const anySettings = fc.oneof(
    { weight: 2, arbitrary: rightSettings },
    {
        weight: 3,
        arbitrary: fc
            .tuple(
                rightSettings,
                fc.array(
                    fc.oneof(
                        setting(nearly),
                        setting(() => hostile),
                    ),
                    { maxLength: 3 },
                ),
            )
            .map(([base, entries]) => record([...Object.entries(base), ...entries])),
    },
    { weight: 2, arbitrary: setting(nearly).map((entry) => enoughWith([entry])) },
    {
        weight: 1,
        arbitrary: fc
            .array(
                fc.oneof(
                    anyKey,
                    setting(() => hostile),
                ),
                { maxLength: 10 },
            )
            .map(record),
    },
);
