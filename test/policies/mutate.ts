// Ways to break a condition of a source file: inverted, removed, or half of it
// forgotten. Only in functions, so that what a policy says of itself stays. Pure.
import * as ts from "typescript";

export interface Mutant {
    line: number;
    /** What was done to which piece of the source. */
    what: string;
    code: string;
}

interface Edit {
    node: ts.Node;
    what: string;
    text: string;
}

export function mutantsOf(source: string): Mutant[] {
    const file = ts.createSourceFile("policy.ts", source, ts.ScriptTarget.ES2022, true);
    return editsIn(file, false).map(({ node, what, text }) => {
        const start = node.getStart(file);
        const piece = source.slice(start, node.end).replace(/\s+/g, " ");
        return {
            line: file.getLineAndCharacterOfPosition(start).line + 1,
            what: `${what}: ${piece.length > 70 ? `${piece.slice(0, 67)}...` : piece}`,
            code: source.slice(0, start) + text + source.slice(node.end),
        };
    });
}

function editsIn(node: ts.Node, inFunction: boolean): Edit[] {
    const inside = inFunction || ts.isFunctionLike(node);
    const own = inFunction ? editsOf(node) : [];
    const below: Edit[] = [];
    ts.forEachChild(node, (child) => void below.push(...editsIn(child, inside)));
    return [...own, ...below];
}

function editsOf(node: ts.Node): Edit[] {
    if (ts.isIfStatement(node)) return condition(node.expression, "false");
    if (ts.isConditionalExpression(node)) return condition(node.condition);
    if (ts.isBinaryExpression(node)) return binary(node);
    if (ts.isCallExpression(node)) return call(node);
    return [];
}

function condition(node: ts.Expression, removed?: string): Edit[] {
    const inverted = { node, what: "inverted", text: `!(${node.getText()})` };
    return removed === undefined ? [inverted] : [inverted, { node, what: "removed", text: removed }];
}

/** The limits that a comparison has, and the halves of a condition. */
const boundaries: Partial<Record<ts.SyntaxKind, string>> = {
    [ts.SyntaxKind.LessThanToken]: "<=",
    [ts.SyntaxKind.LessThanEqualsToken]: "<",
    [ts.SyntaxKind.GreaterThanToken]: ">=",
    [ts.SyntaxKind.GreaterThanEqualsToken]: ">",
};

function binary(node: ts.BinaryExpression): Edit[] {
    const { left, right, operatorToken } = node;
    const boundary = boundaries[operatorToken.kind];
    if (boundary !== undefined) {
        return [{ node, what: "boundary moved", text: `${left.getText()} ${boundary} ${right.getText()}` }];
    }
    const isLogical = [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken].includes(operatorToken.kind);
    if (!isLogical) return [];
    return [
        { node, what: "right half forgotten", text: `(${left.getText()})` },
        { node, what: "left half forgotten", text: `(${right.getText()})` },
    ];
}

/** Which of many are meant. */
function call(node: ts.CallExpression): Edit[] {
    const { expression, arguments: args } = node;
    const [test] = args;
    if (!ts.isPropertyAccessExpression(expression) || test === undefined || args.length !== 1) return [];
    const name = expression.name.text;
    if (name !== "filter" && name !== "some" && name !== "every" && name !== "find") return [];
    const inverted = { node: test, what: `${name} inverted`, text: `(...all) => !(${test.getText()})(...all)` };
    return name === "filter" ? [inverted, { node: test, what: "filter removed", text: "() => true" }] : [inverted];
}
