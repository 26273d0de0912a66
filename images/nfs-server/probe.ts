// Asks the NFS server on this pod's loopback address, and judges the answer. A
// question ends within its time limit whatever the server does. The messages
// are made and read in nfs4.ts; health.ts says which question answers what.
import { connect } from "node:net";
import {
    type CompoundAnswer,
    decodeCompound,
    decodeNull,
    encodeCompound,
    encodeNull,
    exportQuestion,
    NFS4_OK,
    NFS4ERR_GRACE,
    type Operation,
    readQuestion,
    statusName,
} from "./nfs4";
import { markRecord, RecordAssembler } from "./xdr";

export interface Target {
    host: string;
    port: number;
    /** For connecting, asking and answering together. */
    timeoutMs: number;
}
export interface Finding {
    ok: boolean;
    /** One line. */
    reason: string;
}

/** Answers are a few hundred bytes. */
const LARGEST_ANSWER = 65_536;

/** Sends one message and resolves with the answer. Each on a connection of its own: a stuck one spoils no other. */
function exchange(message: Buffer, target: Target): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        const socket = connect({ host: target.host, port: target.port });
        const assembler = new RecordAssembler(LARGEST_ANSWER);
        const timer = setTimeout(() => done(new Error(`no answer within ${target.timeoutMs} ms`)), target.timeoutMs);
        const done = (error: Error | undefined, answer?: Buffer): void => {
            clearTimeout(timer);
            socket.destroy();
            if (answer) resolve(answer);
            else reject(error ?? new Error("the server closed the connection without an answer"));
        };
        socket.setNoDelay();
        socket.on("connect", () => socket.write(markRecord(message)));
        socket.on("error", (error) => done(error));
        socket.on("close", () => done(undefined));
        socket.on("data", (chunk) => {
            try {
                const answer = assembler.push(chunk);
                if (answer) done(undefined, answer);
            } catch (error) {
                done(error as Error);
            }
        });
    });
}

const newXid = (): number => Math.floor(Math.random() * 2 ** 32);

async function compound(operations: readonly Operation[], target: Target): Promise<CompoundAnswer> {
    const xid = newXid();
    return decodeCompound(await exchange(encodeCompound(xid, operations), target), xid, operations);
}

async function finding(question: () => Promise<Finding>): Promise<Finding> {
    try {
        return await question();
    } catch (error) {
        return { ok: false, reason: (error as Error).message };
    }
}

/** Whether the server works on requests at all. No file is touched. */
export function serverAnswers(target: Target): Promise<Finding> {
    return finding(async () => {
        const xid = newXid();
        decodeNull(await exchange(encodeNull(xid), target), xid);
        return { ok: true, reason: "the NFS server answers" };
    });
}

/** Whether the export is there, which a server without its volume or its configuration does not have. */
export function exportAnswers(path: string, target: Target): Promise<Finding> {
    return finding(async () => {
        const answer = await compound(exportQuestion(path), target);
        if (answer.status !== NFS4_OK) return refused(path, answer);
        return answer.isDirectory === true
            ? { ok: true, reason: `export ${path} answers` }
            : { ok: false, reason: `export ${path} is not a folder` };
    });
}

/** Whether data can be read from the volume through NFS: the file holds what was put there at the start. */
export function canaryReads(path: string, expected: Buffer, target: Target): Promise<Finding> {
    return finding(async () => {
        const answer = await compound(readQuestion(path, expected.length + 1), target);
        if (answer.status === NFS4ERR_GRACE) {
            // Clients that reclaim must reach the server just now: it does what it should.
            return { ok: true, reason: "in grace: clients reclaim what they had open" };
        }
        if (answer.status !== NFS4_OK) return refused(path, answer);
        return answer.data?.equals(expected) === true
            ? { ok: true, reason: `${path} reads back as written` }
            : { ok: false, reason: `${path} does not hold what was written to it at the start` };
    });
}

function refused(path: string, answer: CompoundAnswer): Finding {
    return { ok: false, reason: `${path}: ${answer.failed} was answered with ${statusName(answer.status)}` };
}
