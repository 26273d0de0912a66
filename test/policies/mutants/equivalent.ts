// Conditions that can be broken without a difference that anybody could see, by
// file, by what was done, with the reason. Everything else must be noticed.
export const equivalent: Record<string, Record<string, string>> = {};
