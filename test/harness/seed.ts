// Property tests try the same inputs in every run of `make test`, so that a
// change is not refused for a fault that was there before it. Others are tried
// by `make test-properties`, which takes the seed of the moment.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.PROPERTIES_SEED ?? 1) });
