// The provider's own inputs. The SDK sends everything but strings as JSON text.
import type { Failure } from "../plugin/provider";
import { isUnknown, type Obj } from "../plugin/values";

/** Change nothing here: they concern charts, warnings, or how fast a client may ask. */
const IGNORED = new Set([
    ...["helmReleaseSettings", "kubeClientSettings", "suppressDeprecationWarnings", "suppressHelmHookWarnings"],
    ...["suppressHelmReleaseBetaWarning", "enableReplaceCRD"],
    ...["version", "pluginDownloadURL", "pluginChecksums"],
]);
const SERVED = new Set([
    ...["kubeconfig", "context", "cluster", "namespace", "enableConfigMapMutable", "enableSecretMutable"],
    ...["enablePatchForce", "enableServerSideApply", "upsertExistingObjects", "clusterIdentifier"],
]);

/** The provider's inputs that say which cluster it is. */
const IDENTITY = ["kubeconfig", "context", "cluster", "clusterIdentifier"];

/**
 * The changed inputs that mean another cluster, so that all objects are other ones. Where the program identifies the
 * cluster itself, that alone counts; else its server's address, as far as it can be told. As with Pulumi's own plugin.
 */
export async function otherCluster(
    olds: Obj,
    news: Obj,
    serverOf: (inputs: Obj) => Promise<string | undefined>,
): Promise<string[]> {
    const changed = IDENTITY.filter((key) => olds[key] !== news[key]);
    if (changed.length === 0) return [];
    if (olds.clusterIdentifier && news.clusterIdentifier) return changed.includes("clusterIdentifier") ? changed : [];
    if (changed.some((key) => isUnknown(news[key]))) return changed;
    const [before, after] = await Promise.all([olds, news].map(serverOf));
    return before !== undefined && after !== undefined && before !== after ? changed : [];
}

export const flag = (value: unknown): boolean => value === true || value === "true";
const isOff = (value: unknown): boolean => value === false || value === "false" || value === "";

/** What is asked for and would silently be something else is refused. */
export function settingProblems(inputs: Obj): Failure[] {
    return Object.entries(inputs).flatMap(([property, value]) => {
        if (IGNORED.has(property)) return [];
        if (property === "enableServerSideApply" && isOff(value)) {
            return [{ property, reason: 'the fallback plugin "kubernetes" knows server-side apply only' }];
        }
        if (SERVED.has(property) || isOff(value)) return [];
        return [{ property, reason: 'is not served by the fallback plugin "kubernetes"; install Pulumi\'s own' }];
    });
}
