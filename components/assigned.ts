// Values that only the cluster can give, such as a Service's address.
import * as pulumi from "@pulumi/pulumi";

/**
 * The value, once the cluster gave it. Before, in a preview, the Kubernetes provider leaves it undefined although it
 * calls it known; here it is unknown, so that nothing sends, or judges, a fake.
 * @param what as the error names it when the value is missing in an update
 */
export function assigned<T>(value: pulumi.Output<T | undefined>, what: string): pulumi.Output<T> {
    return value.apply((given): pulumi.Output<T> => {
        if (given !== undefined && given !== null && given !== "") {
            return pulumi.output(given) as pulumi.Output<T>;
        }
        if (pulumi.runtime.isDryRun()) {
            return pulumi.output(pulumi.unknown) as unknown as pulumi.Output<T>;
        }
        throw new pulumi.RunError(
            `the cluster gave no ${what}; look at the object with kubectl, then run \`pulumi refresh\` and \`pulumi up\``,
        );
    });
}
