// Which volume a claim has, as far as the stack tells: by name, or by what
// Kubernetes would choose (FindMatchingVolume, component-helpers/storage/volume
// of Kubernetes 1.35): class, modes, size, volumeMode and the claim's selector.
import { claimsOf, type DeclaredClaim } from "./claims";
import { isPersistentVolume } from "./nfs";
import { type KubernetesObject, nameOf } from "./objects";
import { at, listAt, type Maybe, saidAt, same, textAt, UNKNOWN } from "./plain";
import { compareQuantities, quantityAt } from "./quantity";
import { selects } from "./selector";
import { classOf, defaultClassOf, grantedClass } from "./storage-class";

export class Volumes {
    private readonly volumes: KubernetesObject[];
    private readonly claims: DeclaredClaim[];
    private readonly ofCluster: Maybe<string>;

    constructor(objects: readonly KubernetesObject[]) {
        this.volumes = objects.filter(isPersistentVolume);
        this.claims = claimsOf(objects);
        this.ofCluster = defaultClassOf(objects);
    }

    /** undefined for a claim that has none in the stack; UNKNOWN where more than one, or none, may turn out to be its. */
    of(
        claim: DeclaredClaim | undefined,
        namespace: Maybe<string>,
        name: Maybe<string> | undefined,
    ): Maybe<KubernetesObject> | undefined {
        const reservations = this.volumes.map((volume) => ({ volume, is: reserved(volume, namespace, name) }));
        const asked = claim && saidAt(claim.value, "spec", "volumeName");
        if (typeof asked === "string") {
            const named = this.volumes.find((volume) => nameOf(volume) === asked);
            if (named) return named;
            if (this.volumes.some((volume) => nameOf(volume) === UNKNOWN)) return UNKNOWN;
        }
        if (asked === UNKNOWN) return UNKNOWN;
        const [own, ...rivals] = reservations.filter(({ is }) => is !== false);
        // Of several that are reserved for it, it may get any.
        if (own) return own.is === true && rivals.length === 0 ? own.volume : UNKNOWN;
        if (asked !== undefined) return undefined;
        return claim && this.chosen(claim);
    }

    /** Of several the smallest one is taken, and another claim may come first: that is not guessed at. */
    private chosen(claim: DeclaredClaim): Maybe<KubernetesObject> | undefined {
        // The state of a volume that was made before its claim does not say that it is taken, but the claim's does.
        const isTaken = (volume: KubernetesObject): boolean =>
            this.claims.some((one) => same(textAt(one.value, "spec", "volumeName"), nameOf(volume)));
        const free = this.volumes.filter(
            (volume) => at(volume.value, "spec", "claimRef") === undefined && !isTaken(volume),
        );
        const fitting = free.map((volume) => ({ volume, fits: fits(volume.value, claim.value, this.ofCluster) }));
        const possible = fitting.filter(({ fits }) => fits !== false);
        const [only, another] = possible;
        if (only === undefined) return undefined;
        const isSure = another === undefined && only.fits === true && !this.hasRival(claim, only.volume);
        return isSure ? only.volume : UNKNOWN;
    }

    /** Another claim that names no volume, and may be given this one first. */
    private hasRival(claim: DeclaredClaim, { value }: KubernetesObject): boolean {
        const isOther = (one: DeclaredClaim): boolean =>
            one.urn !== claim.urn || one.path !== claim.path || one.name !== claim.name;
        return this.claims.some(
            (one) =>
                isOther(one) &&
                saidAt(one.value, "spec", "volumeName") === undefined &&
                fits(value, one.value, this.ofCluster) !== false,
        );
    }
}

function reserved(
    { value }: KubernetesObject,
    namespace: Maybe<string>,
    name: Maybe<string> | undefined,
): Maybe<boolean> {
    const reference = at(value, "spec", "claimRef");
    if (reference === undefined || name === undefined) return false;
    const pairs = [
        [textAt(reference, "namespace"), namespace],
        [textAt(reference, "name"), name],
    ];
    if (pairs.some(([one, other]) => one !== UNKNOWN && other !== UNKNOWN && one !== other)) return false;
    return pairs.flat().includes(UNKNOWN) ? UNKNOWN : true;
}

function fits(volume: unknown, claim: unknown, ofCluster: Maybe<string>): Maybe<boolean> {
    const answers = [
        sameText(classOf(volume) ?? "", grantedClass(claim, ofCluster)),
        sameText(attributesClassOf(volume), attributesClassOf(claim)),
        sameText(
            textAt(volume, "spec", "volumeMode") ?? "Filesystem",
            textAt(claim, "spec", "volumeMode") ?? "Filesystem",
        ),
        offers(listAt(volume, "spec", "accessModes"), listAt(claim, "spec", "accessModes")),
        isLarge(
            quantityAt(volume, "spec", "capacity", "storage"),
            quantityAt(claim, "spec", "resources", "requests", "storage"),
        ),
        selected(at(claim, "spec", "selector"), at(volume, "metadata", "labels")),
    ];
    return answers.includes(false) ? false : answers.includes(UNKNOWN) ? UNKNOWN : true;
}

/** The class of its changeable attributes: asked for wherever it is looked for a volume. */
export const attributesClassOf = (value: unknown): Maybe<string> =>
    textAt(value, "spec", "volumeAttributesClassName") ?? "";

const sameText = (one: Maybe<string>, other: Maybe<string>): Maybe<boolean> =>
    one === UNKNOWN || other === UNKNOWN ? UNKNOWN : one === other;

const selected = (selector: unknown, labels: unknown): Maybe<boolean> =>
    selector === undefined ? true : selects(selector, labels);

function offers(offered: Maybe<unknown[]>, asked: Maybe<unknown[]>): Maybe<boolean> {
    if (offered === UNKNOWN || asked === UNKNOWN || [...offered, ...asked].includes(UNKNOWN)) return UNKNOWN;
    return asked.every((mode) => offered.includes(mode));
}

function isLarge(offered: Maybe<string> | undefined, asked: Maybe<string> | undefined): Maybe<boolean> {
    if (offered === UNKNOWN || asked === UNKNOWN) return UNKNOWN;
    // What is not said fits.
    return (compareQuantities(offered ?? "", asked ?? "") ?? 0) >= 0;
}

/** The claim of that name, whoever makes it; UNKNOWN where one may turn out to be it. */
export function claimNamed(
    claims: readonly DeclaredClaim[],
    namespace: Maybe<string>,
    name: string,
): Maybe<DeclaredClaim> | undefined {
    const named = claims.filter((one) => one.name === name || one.name === UNKNOWN);
    const there = named.filter((one) => [namespace, UNKNOWN].includes(one.namespace));
    const sure = there.find((one) => one.name === name && one.namespace === namespace);
    return sure ?? (there.length > 0 ? UNKNOWN : undefined);
}
