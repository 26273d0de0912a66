// Lines to the engine, which shows them beside the resource they are about.
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Say } from "./provider";

export class EngineLog {
    private readonly client: EngineClient;
    /** Lines are sent one after the other, so that they arrive in order. */
    private last: Promise<void> = Promise.resolve();

    constructor(address: string) {
        this.client = new EngineClient(address, credentials.createInsecure());
    }

    /** Ephemeral lines replace each other; others are kept. */
    log(urn: string, severity: LogSeverity, message: string, ephemeral: boolean): void {
        const request = new LogRequest();
        request.setUrn(urn);
        request.setSeverity(severity);
        request.setMessage(message);
        request.setEphemeral(ephemeral);
        // A line that does not arrive is no reason to fail.
        this.last = this.last.then(
            () => new Promise<void>((resolve) => void this.client.log(request, () => resolve())),
        );
    }

    /** Resolves when all that was said has arrived. */
    said(): Promise<void> {
        return this.last;
    }

    about(urn: string): Say {
        return {
            status: (text) => this.log(urn, LogSeverity.INFO, text, true),
            info: (text) => this.log(urn, LogSeverity.INFO, text, false),
            warn: (text) => this.log(urn, LogSeverity.WARNING, text, false),
        };
    }
}
