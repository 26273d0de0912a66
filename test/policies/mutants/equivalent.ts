// Conditions that can be broken without a difference that anybody could see, by
// file, by what was done, with the reason. Everything else must be noticed.
export const equivalent: Record<string, Record<string, string>> = {
    "bindings/satisfied.ts": {
        'right half forgotten: typeof offered !== "string" || typeof asked !== "string"':
            "what is no text is no quantity either, and is compared with nothing",
    },
    "visibility/recent.ts": {
        "boundary moved: hours <= maxAgeHours": "no clock hits the very millisecond",
    },
};
