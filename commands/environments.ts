// `make environments`: the settings of all environments side by side, and what
// is wrong with them, without touching a cluster. Fails when something is.
import { UserError } from "../embedded/steps";
import { type Effective, effective, environmentsTable, problemsOf } from "./effective";
import { environmentNames, environmentOf } from "./environment";

export async function environments(): Promise<void> {
    const readable: Effective[] = [];
    const problems: string[] = [];
    for (const name of environmentNames()) {
        try {
            readable.push(effective(environmentOf(name)));
        } catch (error) {
            if (!(error instanceof UserError)) throw error;
            problems.push(error.message);
        }
    }
    process.stdout.write(environmentsTable(readable));
    process.stdout.write("\n* differs from the default\n");
    problems.push(...problemsOf(readable));
    if (problems.length > 0) {
        throw new UserError(`not every environment can be deployed:\n  ${problems.join("\n  ")}`);
    }
}
