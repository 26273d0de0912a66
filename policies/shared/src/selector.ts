// Kubernetes' label selectors: whether one matches the labels of a pod.
import { at, listAt, type Maybe, textAt, UNKNOWN } from "./plain";

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

/** What the API server puts on every namespace: to ask only whether it is there asks nothing. */
const OF_EVERY_NAMESPACE = "kubernetes.io/metadata.name";

/** Whether it matches whatever there is; UNKNOWN where it may. */
export function selectsAll(selector: unknown): Maybe<boolean> {
    if (selector === UNKNOWN) return UNKNOWN;
    const labels = at(selector, "matchLabels");
    const expressions = listAt(selector, "matchExpressions");
    if (labels === UNKNOWN || expressions === UNKNOWN || expressions.includes(UNKNOWN)) return UNKNOWN;
    if (Object.keys((labels ?? {}) as object).length > 0) return false;
    const open = expressions.some((one) => [at(one, "key"), at(one, "operator")].includes(UNKNOWN));
    const asksNothing = (one: unknown): boolean =>
        at(one, "key") === OF_EVERY_NAMESPACE && at(one, "operator") === "Exists";
    return open ? UNKNOWN : expressions.every(asksNothing);
}
