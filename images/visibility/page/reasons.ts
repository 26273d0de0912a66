// Why a reader is ready or not, and what else it answers to a probe, in Korean.
// The reader says it in one line of English, to the kubelet, in its log and in
// /status.json alike; here that line is recognised and said again. Pure.
import type { Language } from "./texts";

/**
 * As the reader's files have it, and in Korean. `what` is another of these, `error` the words of the system, `age` and
 * `limit` are seconds, the rest are names and numbers.
 */
export const reasons: readonly (readonly [english: string, korean: string])[] = [
    // verdict.ts
    ["verified up to record {record}, {age} ago", "레코드 {record}까지 검증했습니다({age} 전)"],
    ["verifying what is there; at record {record}", "이미 있던 데이터를 검증하고 있습니다(현재 레코드 {record})"],
    ["no new record after {record}", "레코드 {record} 뒤로 새 레코드가 없습니다"],
    [
        "no new current document after that of record {record}",
        "레코드 {record}의 문서 뒤로 새 문서(current.json)가 없습니다",
    ],
    ["{what} for {age}; {limit} is allowed", "{what}({age} 지남, 허용 {limit})"],
    ["{what} since this reader started", "이 리더가 시작된 뒤, {what}"],
    // share-thread.ts
    ["the share has not answered for {count} s", "공유 폴더가 {count}초째 응답하지 않습니다"],
    // chain.ts
    ["{file}, line {line} {what}", "{file} {line}번째 줄: {what}"],
    ["is longer than {count} bytes", "{count}바이트보다 깁니다"],
    ["has no end: {count} bytes without a newline", "줄의 끝이 없습니다(줄바꿈 없이 {count}바이트)"],
    ["is not a record: {error}", "레코드가 아닙니다: {error}"],
    ["does not have the properties of a record", "레코드의 속성이 없습니다"],
    [
        "(sequence {record}) does not have the content that its hash names",
        "레코드 {record}의 내용이 그 해시와 다릅니다",
    ],
    ["is not spelled as it was written", "쓰인 그대로의 표기가 아닙니다"],
    ["has sequence {record}; {other} was expected", "레코드 번호가 {record}입니다. 와야 할 번호는 {other}입니다"],
    [
        "(sequence {record}) does not name the record before it as its predecessor",
        "레코드 {record}에 적힌 앞 레코드의 해시가 실제 앞 레코드와 다릅니다",
    ],
    // current.ts
    ["{file} is not JSON ({count} bytes)", "{file}이 JSON이 아닙니다({count}바이트)"],
    ["{file} does not have the properties that it should have", "{file}에 있어야 할 속성이 없습니다"],
    ["{file} does not have the content that its hash names", "{file}의 내용이 그 해시와 다릅니다"],
    ["{file} is not spelled as it was written", "{file}이 쓰인 그대로의 표기가 아닙니다"],
    ["{file} went back from record {record} to {other}", "{file}의 레코드 번호가 뒤로 갔습니다: {record} → {other}"],
    [
        "{file} names record {record}, but the journal ends at {other}",
        "{file}에 적힌 레코드는 {record}인데, 저널은 {other}에서 끝납니다",
    ],
    [
        "{file} still names record {record}, though the journal is at {other}",
        "{file}에 적힌 레코드는 아직 {record}인데, 저널은 이미 {other}까지 있습니다",
    ],
    [
        "{file} names another record {record} than the journal has",
        "{file}에 적힌 레코드 {record}의 해시가 저널에 있는 것과 다릅니다",
    ],
    // audit.ts
    [
        "{file} has shrunk to {count} bytes; {other} had been verified",
        "{file}이 {count}바이트로 줄었습니다. {other}바이트까지 검증했었습니다",
    ],
    ["{file} holds other records from line {line} on", "{file}의 {line}번째 줄부터 다른 레코드가 들어 있습니다"],
    ["{file} is gone", "{file}이 사라졌습니다"],
    // follower.ts
    ["there is no {file}", "{file}이 없습니다"],
    ["the journal holds no record yet", "저널에 아직 레코드가 없습니다"],
    ["there is no journal yet", "아직 저널이 없습니다"],
    ["there is no journal any more", "저널이 사라졌습니다"],
    ["{file} is missing", "{file}이 빠져 있습니다"],
    ["records {record} to {other} are missing before {file}", "{file} 앞의 레코드 {record}~{other}가 빠져 있습니다"],
    [
        "{file} begins before record {record}, the last of {other}",
        "{file}이 {other}의 마지막 레코드 {record}보다 앞에서 시작합니다",
    ],
    [
        "two writers continue one journal: {pod} and {other}",
        "두 라이터가 같은 저널에 이어 쓰고 있습니다: {pod}, {other}",
    ],
    // share-errors.ts
    ["{what} ({error})", "{what}({error})"],
    ["the share is full", "공유 폴더가 가득 찼습니다"],
    ["the share's quota is used up", "공유 폴더의 할당량을 다 썼습니다"],
    ["the share reports an input/output error", "공유 폴더에서 입출력 오류가 났습니다"],
    ["the share can only be read", "공유 폴더는 읽기만 할 수 있습니다"],
    [
        "the share was replaced behind this mount (stale file handle)",
        "마운트한 뒤에 공유 폴더가 바뀌었습니다(stale file handle)",
    ],
    ["the share does not permit it", "공유 폴더가 허용하지 않습니다"],
    ["the share is not connected", "공유 폴더가 연결되어 있지 않습니다"],
    ["the share gives no more locks", "공유 폴더가 더는 잠금을 주지 않습니다"],
    ["the share reports an input/output error of its own", "공유 폴더 쪽에서 입출력 오류가 났습니다"],
    ["the file system behind the share is damaged", "공유 폴더의 파일 시스템이 손상되었습니다"],
    // kubelet.ts
    ["started", "시작되었습니다"],
    ["alive", "살아 있습니다"],
];

/** What a value looks like, by its name. */
const shapes: Record<string, string> = { what: ".+", error: ".+", file: "\\S+", age: "[\\d.]+ s", limit: "[\\d.]+ s" };
const OTHER = "\\S+";

const escaped = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");

const patterns = reasons.map(([english, korean]) => ({
    pattern: new RegExp(
        `^${escaped(english).replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${shapes[name] ?? OTHER})`)}$`,
        "s",
    ),
    korean,
}));

/** Undefined for words that are not the reader's own, such as those of the system. */
function inKorean(reason: string): string | undefined {
    for (const { pattern, korean } of patterns) {
        const found = pattern.exec(reason);
        if (found === null) continue;
        const values = found.groups ?? {};
        const what = values.what === undefined ? "" : inKorean(values.what);
        // One that begins alike, and means something else.
        if (what === undefined) continue;
        return korean.replace(/\{(\w+)\}/g, (_, name: string) => {
            if (name === "what") return what;
            return (values[name] ?? "").replace(/^([\d.]+) s$/, "$1초");
        });
    }
    return undefined;
}

/** The reason in the page's language, and the language that it is in then. */
export function reasonText(language: Language, reason: string): { text: string; language: Language } {
    const korean = language === "ko" ? inKorean(reason) : undefined;
    return korean === undefined ? { text: reason, language: "en" } : { text: korean, language };
}
