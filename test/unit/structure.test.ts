// The structure of the repository, as the README draws it: which part may know
// which, and what every file owes its readers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import * as ts from "typescript";
import { repository } from "../../commands/environment";
import { tracked } from "../harness/tracked";

const files = tracked();
const text = (file: string): string => readFileSync(join(repository, file), "utf8");
const scripts = files.filter((file) => /\.(ts|js|mts|mjs)$/.test(file));

/** Each part with those that it may import, besides itself. Arrows go one way. */
const arrows: Record<string, string[]> = {
    index: ["settings", "preflight", "diagnosis", "components", "outputs", "contract"],
    settings: ["components", "contract"],
    preflight: ["settings", "components", "kube-api", "contract"],
    outputs: ["settings", "components", "contract"],
    components: ["contract", "images/bundle"],
    "images/bundle": ["load"],
    images: ["contract"],
    policies: ["contract", "load"],
    contract: [],
    // What Pulumi runs; it is given what to load.
    load: [],
    diagnosis: ["contract", "kube-api"],
    "kube-api": [],
    embedded: [],
    // What people and tests start may know both sides.
    commands: ["settings", "outputs", "components", "contract", "embedded", "policies"],
    bench: ["commands", "settings", "outputs", "components", "contract", "embedded", "images", "images/bundle", "test"],
    test: [
        "index",
        "commands",
        "settings",
        "preflight",
        "diagnosis",
        "kube-api",
        "outputs",
        "components",
        "contract",
        "images/bundle",
        "images",
        "policies",
        "load",
        "embedded",
        "bench",
    ],
};

function partOf(file: string): string {
    const whole = file.replace(/(\.d)?\.(ts|js|mts|mjs)$/, "");
    return whole in arrows ? whole : (whole.split("/")[0] ?? "");
}

interface Import {
    from: string;
    /** As it is written. */
    name: string;
    /** The file of this repository that it is; undefined for packages. */
    file: string | undefined;
    /** Gone when the program runs. */
    typeOnly: boolean;
}

const workspaces = new Map(
    files
        .filter((file) => file.endsWith("/package.json"))
        .map((file) => {
            const { name, main } = JSON.parse(text(file)) as { name: string; main?: string };
            return [name, posix.join(dirname(file), main ?? "index.js")] as const;
        }),
);

function importsOf(file: string): Import[] {
    const found: Import[] = [];
    const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
        if (!specifier || !ts.isStringLiteralLike(specifier)) return;
        found.push({ from: file, name: specifier.text, file: resolve(file, specifier.text), typeOnly });
    };
    const visit = (node: ts.Node): void => {
        if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node));
        else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
        else if (ts.isExternalModuleReference(node)) add(node.expression, false);
        else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
        else if (ts.isCallExpression(node)) {
            const loads =
                node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === "require";
            if (loads) add(node.arguments[0], false);
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text(file), ts.ScriptTarget.ES2022, true));
    return found;
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
    if (!importClause) return false;
    if (importClause.isTypeOnly) return true;
    const { name, namedBindings } = importClause;
    if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
    return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function resolve(from: string, name: string): string | undefined {
    if (workspaces.has(name)) return workspaces.get(name);
    if (!name.startsWith(".")) return undefined;
    const path = posix.join(posix.dirname(from), name);
    const found = ["", ".ts", ".js", "/index.ts"].map((end) => path + end).find((file) => scripts.includes(file));
    // Data, such as a JSON file, and what a build makes.
    return found ?? path;
}

const imports = scripts.flatMap(importsOf);
const none = (problems: string[]): void => assert.deepEqual([...new Set(problems)], []);

describe("structure", () => {
    it("has no part that this test does not know", () => {
        none(scripts.filter((file) => !(partOf(file) in arrows)));
    });

    it("has arrows that go one way: what people start, the stack, its components, the contract", () => {
        const wrong = imports.filter(({ from, file }) => {
            if (file === undefined || !scripts.includes(file)) return false;
            const [part, other] = [partOf(from), partOf(file)];
            return part !== other && !arrows[part]?.includes(other);
        });
        none(wrong.map(({ from, name }) => `${from} imports ${name}`));
    });

    it("has no circles", () => {
        const next = new Map<string, string[]>();
        for (const { from, file } of imports) if (file !== undefined) next.set(from, [...(next.get(from) ?? []), file]);
        none(circles(next).map((circle) => circle.join(" -> ")));
    });

    it("has policy packs that load only what they need, so that a preview does not wait for them", () => {
        const allowed = /^(node:|\.|@nfs-storage-stack\/|@pulumi\/policy$|zod$)/;
        const heavy = imports.filter(
            ({ from, name, typeOnly }) => partOf(from) === "policies" && !typeOnly && !allowed.test(name),
        );
        none(heavy.map(({ from, name }) => `${from} imports ${name}`));
    });

    it("has files that are pure where they say so: nothing in them acts when it is loaded or called", () => {
        const acts = /^(@pulumi\/|node:(fs|child_process|http|https|dgram|timers)\b)/;
        const pure = new Set(scripts.filter((file) => /\bPure[.:;]/.test(opening(file)) && !file.startsWith("test/")));
        const wrong = imports.filter(({ from, name, typeOnly }) => pure.has(from) && !typeOnly && acts.test(name));
        none(wrong.map(({ from, name }) => `${from} says that it is pure and imports ${name}`));
    });

    it("has source files that open with what they are for, in a comment", () => {
        const sources = files.filter((file) => /\.(ts|js|mjs|go|c|sh)$|(^|\/)(Dockerfile|Makefile)$/.test(file));
        // Tests say it with the name of what they describe.
        none(
            sources.filter((file) => !file.endsWith("_test.go") && !file.endsWith(".test.ts") && opening(file) === ""),
        );
    });

    it("has source files that are read in one go", () => {
        const lines = (file: string): number => text(file).split("\n").length;
        none(files.filter((file) => /\.(ts|js|mjs|go|c|sh)$/.test(file) && lines(file) > 400));
    });

    it("has nothing of the machine that it was written on", () => {
        // In pieces, so that this file does not match itself.
        const places = ["work/", "root/", "tmp/lab/", "home/\\w", "Users/\\w"].map(
            (place) => `(?<![\\w.~$}<*-])/${place}`,
        );
        const hosts = [
            "registry.npm" + "js",
            "proxy.go" + "lang",
            "deb.deb" + "ian",
            "security.deb" + "ian",
            "pypi" + ".org",
        ];
        const machine = new RegExp([...places, ...hosts.map((host) => host.replace(".", "\\."))].join("|"));
        none(
            files
                .filter((file) => file !== "LICENSE" && !/\.(png|ico|gz)$/.test(file))
                .flatMap((file) =>
                    text(file)
                        .split("\n")
                        .flatMap((line, index) => (machine.test(line) ? `${file}:${index + 1}: ${line.trim()}` : [])),
                ),
        );
    });
});

/** The comment before the first line of code, after a shebang; empty when there is none. */
function opening(file: string): string {
    const lines = text(file)
        .replace(/^#!.*\n/, "")
        .split("\n");
    const sign = /^(\/\/|\/?\*|#)/;
    const end = lines.findIndex((line) => !sign.test(line.trim()));
    return lines.slice(0, end < 0 ? lines.length : end).join("\n");
}

/** Each circle of imports once, as the files along it. */
function circles(next: ReadonlyMap<string, string[]>): string[][] {
    const found: string[][] = [];
    const done = new Set<string>();
    const visit = (file: string, path: string[]): void => {
        const start = path.indexOf(file);
        if (start >= 0) found.push([...path.slice(start), file]);
        if (start >= 0 || done.has(file)) return;
        for (const imported of next.get(file) ?? []) visit(imported, [...path, file]);
        done.add(file);
    };
    for (const file of next.keys()) visit(file, []);
    return found;
}
