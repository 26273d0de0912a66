// Which configuration of the policies a command enforces: this project's own, or
// one of the ready ones in policies/profiles, chosen by PROFILE.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../embedded/steps";
import { repository } from "./environment";

const folder = join(repository, "policies/profiles");

/** By the names of their files. */
export const profiles = (): string[] =>
    readdirSync(folder)
        .map((file) => file.replace(/\.json$/, ""))
        .sort();

/** @param profile empty or left out: policies/config.json. @throws UserError that names the profiles there are */
export function policyConfiguration(profile = ""): string {
    if (profile === "") return join(repository, "policies/config.json");
    if (profiles().includes(profile)) return join(folder, `${profile}.json`);
    throw new UserError(
        `PROFILE is ${JSON.stringify(profile)}; there are ${profiles().join(", ")} (policies/profiles), and without one policies/config.json counts`,
    );
}
