// Every text of the page, in English and Korean. Pure.
import type { VerdictKind } from "@nfs-storage-stack/contract";

export const languages = ["en", "ko"] as const;
export type Language = (typeof languages)[number];

const en = {
    title: "NFS on Kubernetes: from pod to pod",
    language: "Language",
    live: "live",
    connecting: "Connecting to this reader …",
    lost: "The connection to this reader is lost. What you see is from {time}; trying again …",
    back: "The connection is back since {time}.",
    unknownWord: "Not known",
    unknownSentence: "This reader is not heard any more. Before, it was: {verdict}",
    mend: "It stays so while that is on the share. What mends it: put back what was written; or move the writer's folder, {folder}, out of its way, and the writer begins a new journal. In time old records are deleted anyway.",
    none: "–",
    unknown: "not known",
    pathTitle: "Where the data goes",
    pathWhy:
        "One pod writes, another one on another node reads. Both use the same PersistentVolumeClaim (PVC), which is bound to a PersistentVolume (PV), which names a folder of an NFS server. Neither pod knows the server: Kubernetes mounts it for them.",
    writes: "Writes",
    stores: "Stores",
    reads: "Reads and verifies",
    pod: "Pod",
    node: "Node",
    journal: "Journal",
    claim: "Claim (PVC)",
    volume: "Volume (PV)",
    server: "NFS server",
    options: "Mount options in force",
    mountedAt: "Mounted at",
    notMounted: "a plain folder, not a mount",
    room: "Room",
    roomFree: "{free} of {size} free ({part})",
    roomLittle: "! {free} of {size} free ({part}): the share fills up; raise `capacity`, or delete",
    writerAway: "does not answer",
    chartTitle: "How fast a write is seen",
    chartWhy:
        "The delay is the time from the moment the writer made a record to the moment this reader had read and verified it. The two have different clocks, so the reader asks for the writer's, as NTP does; the delay is known as exactly as that.",
    delay: "Delay",
    delayChart:
        "Delay of the last five minutes, in milliseconds: median of each second (line) and longest (dashed line)",
    rateChart: "Records verified in each of the last 300 seconds",
    median: "median",
    p99: "99 of 100 within",
    longest: "longest",
    clocks: "clocks agree within",
    verified: "records verified",
    bytes: "bytes verified",
    seconds: "{count} s",
    milliseconds: "{count} ms",
    recordsTitle: "New data: the last records",
    recordsWhy:
        "The writer appends to a journal. Each record holds the hash of the one before, so that a record that is lost, altered or put elsewhere breaks the chain, and the reader notices.",
    sequence: "Record",
    time: "Written at",
    by: "By",
    message: "Message",
    documentTitle: "Changed data: one document, again and again",
    documentWhy:
        "Beside the journal the writer replaces one file. That a reader sees changed data, and not only new data, takes up to a second: so long a node may keep what it knows of a file (actimeo=1).",
    before: "Before",
    after: "Now",
    revision: "Revision",
    probesTitle: "Probes: what the kubelet asks this pod",
    probesWhy:
        "Kubernetes decides by three questions. A pod that is not ready gets no work, but keeps running; one that is not alive is restarted.",
    probe: "Probe",
    means: "What it asks",
    answer: "Answer",
    asked: "Kubelet asked",
    never: "not yet",
    ago: "{age} ago, answer {status}",
    yes: "yes",
    no: "no",
    startupProbe: "startup",
    readinessProbe: "readiness",
    livenessProbe: "liveness",
    startup: "Has it started? Until then the other two are not asked.",
    readiness: "Is what it verified true and fresh? If not, the pod is taken out of its Service.",
    liveness:
        "Does the process answer at all? It never touches the share: a restart does not help a pod that waits for its NFS server.",
    problemsTitle: "What was found wrong since this reader started",
    missing: "missing",
    torn: "torn",
    altered: "altered",
    disordered: "out of order",
    contested: "two writers",
} as const;

export type TextKey = keyof typeof en;
export const textKeys = Object.keys(en) as TextKey[];

const ko: Record<TextKey, string> = {
    title: "쿠버네티스의 NFS: 파드에서 파드로",
    language: "언어",
    live: "실시간",
    connecting: "이 리더에 연결하는 중 …",
    lost: "리더와의 연결이 끊어졌습니다. 화면은 {time} 기준이며, 다시 연결하는 중입니다 …",
    back: "{time}에 다시 연결되었습니다.",
    unknownWord: "알 수 없음",
    unknownSentence: "이 리더의 소식이 끊겼습니다. 그전 상태: {verdict}",
    mend: "공유 폴더에 그대로 있는 동안은 계속 실패로 표시됩니다. 쓰였던 내용을 되돌려 놓거나, 라이터의 폴더 {folder}를 다른 곳으로 옮기세요. 옮기면 라이터가 새 저널을 시작합니다. 오래된 레코드는 시간이 지나면 어차피 지워집니다.",
    none: "–",
    unknown: "알 수 없음",
    pathTitle: "데이터가 가는 길",
    pathWhy:
        "한 파드가 쓰고, 다른 노드의 다른 파드가 읽습니다. 두 파드는 같은 PersistentVolumeClaim(PVC)을 사용하고, PVC는 PersistentVolume(PV)에 바인딩되며, PV는 NFS 서버의 폴더를 가리킵니다. 파드는 서버를 몰라도 됩니다. 쿠버네티스가 대신 마운트합니다.",
    writes: "쓰기",
    stores: "저장",
    reads: "읽기와 검증",
    pod: "파드",
    node: "노드",
    journal: "저널",
    claim: "클레임(PVC)",
    volume: "볼륨(PV)",
    server: "NFS 서버",
    options: "적용 중인 마운트 옵션",
    mountedAt: "마운트 위치",
    notMounted: "마운트가 아닌 일반 폴더",
    room: "남은 공간",
    roomFree: "{size} 중 {free} 남음({part})",
    roomLittle: "! {size} 중 {free} 남음({part}). 공유 폴더가 곧 가득 찹니다. `capacity`를 늘리거나 파일을 지우세요",
    writerAway: "응답 없음",
    chartTitle: "쓴 데이터가 보이기까지 걸리는 시간",
    chartWhy:
        "지연은 라이터가 레코드를 만든 순간부터 이 리더가 읽고 검증을 마친 순간까지의 시간입니다. 두 파드의 시계는 서로 다르므로 리더는 NTP처럼 라이터의 시각을 물어봅니다. 지연은 그 오차만큼 정확합니다.",
    delay: "지연",
    delayChart: "최근 5분의 지연(밀리초): 초마다 중앙값(실선)과 최댓값(점선)",
    rateChart: "최근 300초 동안 초마다 검증한 레코드 수",
    median: "중앙값",
    p99: "99%가 이 안에",
    longest: "최댓값",
    clocks: "시계 오차 한계",
    verified: "검증한 레코드",
    bytes: "검증한 바이트",
    seconds: "{count}초",
    milliseconds: "{count} ms",
    recordsTitle: "새 데이터: 최근 레코드",
    recordsWhy:
        "라이터는 저널 끝에 레코드를 덧붙입니다. 레코드마다 바로 앞 레코드의 해시가 들어 있어서, 레코드가 사라지거나 바뀌거나 자리를 옮기면 사슬이 끊어지고 리더가 알아챕니다.",
    sequence: "레코드",
    time: "쓴 시각",
    by: "쓴 파드",
    message: "메시지",
    documentTitle: "바뀐 데이터: 계속 교체되는 문서 하나",
    documentWhy:
        "라이터는 저널 옆의 파일 하나를 계속 교체합니다. 새 데이터뿐 아니라 바뀐 데이터도 보이는지 확인하기 위해서입니다. 노드는 파일 정보를 최대 1초 동안 기억하므로(actimeo=1) 그만큼 늦게 보일 수 있습니다.",
    before: "이전",
    after: "지금",
    revision: "리비전",
    probesTitle: "프로브: kubelet이 이 파드에 묻는 것",
    probesWhy:
        "쿠버네티스는 세 가지 질문으로 판단합니다. 준비되지 않은 파드는 일을 받지 않지만 계속 실행되고, 살아 있지 않은 파드는 다시 시작됩니다.",
    probe: "프로브",
    means: "무엇을 묻는가",
    answer: "답",
    asked: "kubelet의 마지막 질문",
    never: "아직 없음",
    ago: "{age} 전, 응답 {status}",
    yes: "예",
    no: "아니요",
    startupProbe: "시작(startup)",
    readinessProbe: "준비(readiness)",
    livenessProbe: "생존(liveness)",
    startup: "시작되었는가? 그때까지 나머지 둘은 묻지 않습니다.",
    readiness: "검증한 데이터가 올바르고 최신인가? 아니면 파드는 서비스에서 빠집니다.",
    liveness:
        "프로세스가 응답하는가? 공유 폴더는 건드리지 않습니다. NFS 서버를 기다리는 파드는 다시 시작해도 나아지지 않기 때문입니다.",
    problemsTitle: "이 리더가 시작된 뒤 발견한 문제",
    missing: "누락",
    torn: "잘림",
    altered: "변조",
    disordered: "순서 어긋남",
    contested: "라이터 충돌",
};

/** How bad it is: the colour, the sign, and what tests look at. */
export type Level = "ok" | "waiting" | "stale" | "failed" | "unknown";
export const signs: Record<Level, string> = { ok: "✓", waiting: "…", stale: "!", failed: "✗", unknown: "?" };

interface VerdictText {
    level: Level;
    /** One word, and one sentence. */
    en: [string, string];
    ko: [string, string];
}

export const verdicts: Record<VerdictKind, VerdictText> = {
    fresh: {
        level: "ok",
        en: ["Healthy", "What the writer writes and changes is read here, true and fresh."],
        ko: ["정상", "라이터가 쓰고 바꾼 데이터가 올바르게, 제때 읽히고 있습니다."],
    },
    starting: {
        level: "waiting",
        en: ["Starting", "Verifying what was there before this reader came."],
        ko: ["시작 중", "이 리더가 시작되기 전의 데이터를 검증하고 있습니다."],
    },
    absent: {
        level: "waiting",
        en: ["Waiting", "Nothing has been written yet."],
        ko: ["대기 중", "아직 아무것도 쓰이지 않았습니다."],
    },
    stale: {
        level: "stale",
        en: ["Stale", "What is there is true, but nothing new arrives."],
        ko: ["오래됨", "데이터는 올바르지만 새 데이터가 도착하지 않습니다."],
    },
    silent: {
        level: "stale",
        en: ["Stale", "The NFS server does not answer. The mount is hard: reading goes on when it is back."],
        ko: ["오래됨", "NFS 서버가 응답하지 않습니다. hard 마운트이므로 서버가 돌아오면 이어서 읽습니다."],
    },
    unreadable: {
        level: "stale",
        en: ["Unreadable", "The share answers with an error."],
        ko: ["읽기 불가", "공유 폴더가 오류로 응답합니다."],
    },
    missing: {
        level: "failed",
        en: ["Failed", "Data that was written is missing."],
        ko: ["실패", "쓰였던 데이터가 사라졌습니다."],
    },
    torn: {
        level: "failed",
        en: ["Failed", "A record is torn: it was never finished."],
        ko: ["실패", "끝나지 않은 채 잘린 레코드가 있습니다."],
    },
    altered: {
        level: "failed",
        en: ["Failed", "Data was altered: it is not what was written."],
        ko: ["실패", "데이터가 변조되었습니다. 쓰인 내용과 다릅니다."],
    },
    disordered: {
        level: "failed",
        en: ["Failed", "Records are out of order."],
        ko: ["실패", "레코드의 순서가 어긋났습니다."],
    },
    contested: {
        level: "failed",
        en: ["Failed", "Two writers continue one journal, each as if it were alone."],
        ko: ["실패", "두 라이터가 같은 저널에 동시에 쓰고 있습니다."],
    },
};

const texts: Record<Language, Record<TextKey, string>> = { en, ko };

/** A text in one language; what is in braces is put in. */
export function textOf(language: Language, key: TextKey, values: Readonly<Record<string, string>> = {}): string {
    return texts[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The first of a browser's languages that the page has. */
export function languageOf(wanted: readonly string[]): Language {
    for (const one of wanted) {
        const found = languages.find((language) => one.toLowerCase().split("-")[0] === language);
        if (found) return found;
    }
    return "en";
}
