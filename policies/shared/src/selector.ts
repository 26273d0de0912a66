// Kubernetes' label selectors: whether one matches the labels of a pod.
import { at, listAt, type Maybe, textAt, UNKNOWN } from "@nfs-storage-stack/policies-shared";

/** An empty selector matches every pod; UNKNOWN where it depends on what is not known yet. */
export function selects(selector: unknown, labels: unknown): Maybe<boolean> {
    if (selector === UNKNOWN || labels === UNKNOWN) return UNKNOWN;
    const wanted = at(selector, "matchLabels");
    const expressions = listAt(selector, "matchExpressions");
    if (wanted === UNKNOWN || expressions === UNKNOWN) return UNKNOWN;
    const answers = [
        ...Object.entries((wanted ?? {}) as object).map(([key, value]) => equal(at(labels, key), value)),
        ...expressions.map((expression) => matches(expression, labels)),
    ];
    return answers.includes(false) ? false : answers.includes(UNKNOWN) ? UNKNOWN : true;
}

const equal = (a: unknown, b: unknown): Maybe<boolean> => (a === UNKNOWN || b === UNKNOWN ? UNKNOWN : a === b);

function matches(expression: unknown, labels: unknown): Maybe<boolean> {
    const key = textAt(expression, "key");
    const operator = textAt(expression, "operator");
    const values = listAt(expression, "values");
    if (key === undefined || key === UNKNOWN || operator === UNKNOWN || values === UNKNOWN) return UNKNOWN;
    const label = at(labels, key);
    if (label === UNKNOWN || values.includes(UNKNOWN)) return UNKNOWN;
    switch (operator) {
        case "Exists":
            return label !== undefined;
        case "DoesNotExist":
            return label === undefined;
        case "In":
            return values.includes(label);
        default:
            return !values.includes(label);
    }
}
