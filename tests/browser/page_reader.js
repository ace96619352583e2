// The rules of docs/protocol.md in another language, written from that page alone: signed messages, approvals,
// what sounds, chunks. Runs in a browser; a test feeds it docs/protocol/vectors/*.json and compares its answers.

const MOST_BYTES = 524288;
const EMERGENCY_FLOOR = 20;
const UTC7_MS = 7 * 3600000;
const DAY_MS = 86400000;
const LONGEST_APPROVAL_MS = 186 * DAY_MS;
const LONGEST_CALL_MS = 25 * 3600000;
const LONGEST_ALONE_MS = 3 * 3600000;
const RANK = { routine: 0, priority: 1, emergency: 2 };
const ROLE = {
  ...{ "loa-plan": ["station"], "loa-manifest": ["station"], "loa-time": ["station"], "loa-committed": ["station"] },
  ...{ "loa-policy": ["administrator"], "loa-place": ["administrator"] },
  "loa-approval": ["approver"],
  "loa-call": ["approver", "caller"],
};

class Refused extends Error {}

function refuse(code) {
  throw new Refused(code);
}

// ---- How messages are written

function bytesOfBase64(text, alphabet) {
  const shape = alphabet === "url" ? /^[A-Za-z0-9_-]*$/ : /^[A-Za-z0-9+/]*={0,2}$/;
  if (!shape.test(text)) refuse("malformed");
  const plain = text.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
  if (plain.length % 4 === 1) refuse("malformed");
  const raw = atob(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  if (btoa(raw).replace(/=+$/, "") !== plain) refuse("malformed");
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

function base64Of(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function jsonOf(bytes) {
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (found !== null && typeof found === "object" && !Array.isArray(found)) return found;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  return refuse("malformed");
}

function msOf(instant) {
  if (typeof instant !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(instant)) refuse("malformed");
  const at = Date.parse(instant);
  if (Number.isNaN(at) || at < 0 || at >= Date.UTC(3000, 0)) refuse("malformed");
  return at;
}

// One function a type: each throws unless the value has that type and range.
const name = (value) => (typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)) || refuse("malformed");
const digest = (value) => (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) || refuse("malformed");
const word = (value) => (typeof value === "string" && /^[a-z0-9][a-z0-9-]{0,31}$/.test(value)) || refuse("malformed");
const instant = (value) => msOf(value);
const flag = (value) => typeof value === "boolean" || refuse("malformed");
const algorithm = (value) => (typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/.test(value)) || refuse("malformed");
const siteName = (value) =>
  (typeof value === "string" && /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(value)) || refuse("malformed");
const wall = (value) => (typeof value === "string" && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)) || refuse("malformed");
const whole = (low, high) => (value) => (Number.isInteger(value) && value >= low && value <= high) || refuse("malformed");
const jws = (value) =>
  (typeof value === "string" && value.length <= 4096 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) || refuse("malformed");
const base64url = (most) => (value) =>
  (typeof value === "string" && value.length <= most && /^[\w-]+$/.test(value)) || refuse("malformed");
const longText = (most) => (value) => (typeof value === "string" && [...value].length <= most) || refuse("malformed");
const oneOf = (...words) => (value) => words.includes(value) || refuse("malformed");
const orNull = (check) => (value) => value === null || check(value);
const list = (low, high, check) => (value) => {
  if (!Array.isArray(value) || value.length < low || value.length > high) refuse("malformed");
  value.forEach((one) => check(one));
};
const optional = (check, preset) => ({ check, preset });
const fields = (shape) => (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse("malformed");
  for (const [key, rule] of Object.entries(shape)) {
    const isOptional = typeof rule === "object";
    if (key in value) (isOptional ? rule.check : rule)(value[key]);
    else if (isOptional) value[key] = rule.preset;
    else refuse("malformed");
  }
};

const NUMBER = whole(0, Number.MAX_SAFE_INTEGER);
const VERSION = whole(1, Number.MAX_SAFE_INTEGER);
const versions = (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse("malformed");
  if (Object.keys(value).length > 16) refuse("malformed");
  for (const [area, version] of Object.entries(value)) {
    name(area);
    VERSION(version);
  }
};
const VOLUME = whole(0, 100);
const LONG_MS = whole(1, 2147483647);
const QUIET = { begins: wall, ends: wall };
const SIGNED_CALL = {
  payload: base64url(8192),
  signatures: list(1, 8, fields({ protected: base64url(512), signature: base64url(2048) })),
};
const GRADE = oneOf("routine", "priority", "emergency");
const AIRING = {
  ...{ airing: name, recording: digest, approval: digest, starts_at: instant, latest_start_at: instant },
  ...{ duration_ms: LONG_MS, grade: GRADE, volume: VOLUME, test: optional(flag, false) },
  witnessed_at: optional(orNull(instant), null),
  every_ms: optional(orNull(LONG_MS), null),
  call: optional(orNull(fields(SIGNED_CALL)), null),
};
const KEPT = { name, recording: digest, approval: digest, test: optional(flag, false), witnessed_at: optional(orNull(instant), null) };
const KEY = {
  ...{ kid: name, role: name, public: base64url(512), not_before: instant, not_after: instant },
  ...{ holder: optional(orNull(name), null), area: optional(orNull(name), null) },
  ...{ further_areas: optional(list(0, 16, name), []), retired_at: optional(orNull(instant), null) },
  ...{ compromised_since: optional(orNull(instant), null), alg: optional(algorithm, "Ed25519") },
  rp_id: optional(orNull(siteName), null),
};
const DOCUMENT = { target: name, version: VERSION, issued_at: instant, expires_at: instant };
const SHAPE = {
  "loa-plan": {
    ...DOCUMENT,
    airings: list(0, 512, fields(AIRING)),
    keep: optional(list(0, 64, fields(KEPT)), []),
    loudest_volume: optional(VOLUME, 100),
    approvals: optional(list(0, 576, jws), []),
    epoch: optional(NUMBER, 0),
  },
  "loa-policy": {
    ...DOCUMENT,
    quiet_hours: list(0, 16, fields(QUIET)),
    loudest_volume: VOLUME,
    minutes_a_day: whole(0, 1440),
    volumes: optional(list(0, 16, fields({ ...QUIET, loudest_volume: VOLUME })), []),
  },
  "loa-time": {
    ...{ node: name, sent_us: NUMBER, received_us: NUMBER, replied_us: NUMBER, epoch: optional(NUMBER, 0) },
    ...{ keys: optional(versions, {}), policies: optional(versions, {}) },
  },
  "loa-committed": {
    node: name,
    ids: list(0, 100, digest),
    refused: optional(list(0, 100, fields({ id: digest, code: name })), []),
  },
  "loa-receipt": {
    ...{ node: name, seq: VERSION, previous: digest, airing: name, recording: digest },
    kind: (value) => (typeof value === "string" && /^[a-z][a-z-]{0,23}$/.test(value)) || refuse("malformed"),
    at: orNull(instant),
  },
  "loa-roots": {
    ...{ version: VERSION, issued_at: instant, expires_at: instant, threshold: whole(1, 4) },
    holders: list(1, 8, fields({ kid: name, holder: name, public: name })),
  },
  "loa-keys": {
    ...{ area: optional(orNull(name), null), version: VERSION, issued_at: instant, expires_at: instant },
    keys: list(0, 1024, fields(KEY)),
  },
  "loa-approval": {
    ...{ bulletin: name, revision: VERSION, text_sha256: digest, recording: digest, author: name, approver: name },
    ...{ approved_at: instant, valid_from: instant, expires_at: instant, areas: list(1, 16, name), grade: GRADE },
    test: optional(flag, false),
    renditions: optional(list(0, 4, fields({ recording: digest, codec: word, size: VERSION })), []),
  },
  "loa-call": {
    ...{ airing: name, recording: digest, text_sha256: digest, areas: list(1, 256, name) },
    ...{ loudest_volume: VOLUME, called_at: instant, until: instant },
    every_ms: optional(orNull(LONG_MS), null),
    reason: optional(orNull(longText(200)), null),
  },
};

// ---- Signed messages

const ALGORITHMS = ["Ed25519", "WebAuthn-ES256"];
const MOST_ASSERTION = 768;

async function opened(text, typ, keyOf) {
  const parts = text.split(".");
  if (text.length > MOST_BYTES || parts.length !== 3) refuse("malformed");
  const header = jsonOf(bytesOfBase64(parts[0], "url"));
  if (Object.keys(header).sort().join() !== "alg,kid,typ" || !ALGORITHMS.includes(header.alg)) refuse("malformed");
  if (typeof header.kid !== "string" || typeof header.typ !== "string") refuse("malformed");
  if (header.typ !== typ) refuse("wrong-kind");
  const key = keyOf(header.kid);
  if (header.alg !== key.alg) refuse("bad-signature");
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const signature = bytesOrBadSignature(parts[2]);
  const isGood = await (key.alg === "Ed25519" ? isEd25519 : isAssertion)(signed, signature, key);
  if (!isGood) refuse("bad-signature");
  const message = jsonOf(bytesOfBase64(parts[1], "url"));
  fields(SHAPE[typ])(message);
  return message;
}

function bytesOrBadSignature(text) {
  try {
    return bytesOfBase64(text, "url");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refuse("bad-signature");
  }
}

async function isEd25519(signed, signature, key) {
  const imported = await crypto.subtle.importKey("raw", bytesOfBase64(key.public, "url"), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, signed);
}

async function isAssertion(signed, part, key) {
  const cut = (from) => {
    const end = from + 2 + part[from] * 256 + part[from + 1];
    return end <= part.length ? part.subarray(from + 2, end) : refuse("bad-signature");
  };
  if (part.length > MOST_ASSERTION) return false;
  const data = cut(0);
  const client = cut(data.length + 2);
  const signature = plainSignature(part.subarray(data.length + client.length + 4));
  const site = await hash(new TextEncoder().encode(key.rp_id));
  if (data.length < 37 || !site.every((byte, n) => byte === data[n]) || (data[32] & 5) !== 5) return false;
  const challenge = base64urlOf(await hash(signed));
  let said = null;
  try {
    said = jsonOf(client);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  if (signature === null || said === null || said.type !== "webauthn.get" || said.challenge !== challenge) return false;
  const point = new Uint8Array([4, ...bytesOfBase64(key.public, "url")]);
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const imported = await crypto.subtle.importKey("raw", point, curve, false, ["verify"]);
  const covered = new Uint8Array([...data, ...(await hash(client))]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, signature, covered);
}

// Web Crypto takes r and s as 32 bytes each; on the wire they are DER.
function plainSignature(der) {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der[1] > 70) return null;
  const halves = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1];
    const number = der.subarray(at + 2, at + 2 + length);
    const isShortest = number[0] !== 0 || number[1] >= 0x80;
    if (der[at] !== 2 || length < 1 || number.length !== length || number[0] >= 0x80 || !isShortest) return null;
    const digits = number[0] === 0 ? number.subarray(1) : number;
    if (digits.length > 32) return null;
    halves.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? halves : null;
}

async function checked(text, typ, keySet, at) {
  return (await checkedBy(text, typ, keySet, at))[0];
}

function isEnded(key, at) {
  if (key.compromised_since !== null && at >= msOf(key.compromised_since)) return true;
  return key.retired_at !== null && at > msOf(key.retired_at);
}

async function checkedBy(text, typ, keySet, at) {
  let key = null;
  const message = await opened(text, typ, (kid) => {
    key = keySet.keys.find((one) => one.kid === kid) ?? refuse("unknown-key");
    const isPerson = key.role !== "station";
    if (isPerson ? key.holder === null || key.area === null : key.alg !== "Ed25519") refuse("unknown-key");
    if (!ALGORITHMS.includes(key.alg)) refuse("unknown-key");
    if (!ROLE[typ].includes(key.role)) refuse("wrong-role");
    return key;
  });
  const now = typ === "loa-time" ? message.replied_us / 1000 : at;
  if (now < msOf(key.not_before) || now >= msOf(key.not_after) || now >= msOf(keySet.expires_at)) refuse("expired");
  if ("expires_at" in message && now >= msOf(message.expires_at)) refuse("expired");
  const saidAt = message.approved_at ?? message.called_at ?? message.issued_at;
  const isOfPersons = typ === "loa-approval" || typ === "loa-call";
  if (key.compromised_since !== null && !isOfPersons) refuse("key-ended");
  if (typ === "loa-time" ? isEnded(key, now) : saidAt !== undefined && isEnded(key, msOf(saidAt))) refuse("key-ended");
  return [message, key];
}

// ---- Approvals

async function checkApproval(one, approvals, areas, keySet, now) {
  let text = null;
  for (const carried of approvals) {
    if ((await sha256(new TextEncoder().encode(carried))) === one.approval) text = carried;
  }
  if (text === null) refuse("wrong-approval");
  const [approval, key] = await checkedBy(text, "loa-approval", keySet, now);
  if (approval.recording !== one.recording || approval.test !== one.test) refuse("wrong-approval");
  const hasEnd = key.retired_at !== null || key.compromised_since !== null;
  if (hasEnd && (one.witnessed_at === null || isEnded(key, msOf(one.witnessed_at)))) refuse("key-ended");
  if (![key.area, ...key.further_areas].some((area) => areas.includes(area))) refuse("outside-scope");
  if (approval.approver !== key.holder || approval.author === key.holder) refuse("outside-scope");
  if (!approval.areas.some((area) => areas.includes(area))) refuse("outside-scope");
  const end = Math.min(msOf(approval.expires_at), msOf(approval.valid_from) + LONGEST_APPROVAL_MS);
  if (now >= end) refuse("expired");
  if (!("grade" in one)) return approval;
  if (RANK[one.grade] > RANK[approval.grade]) refuse("outside-scope");
  if (begins(one) < msOf(approval.valid_from) || begins(one) >= end) refuse("outside-scope");
  return approval;
}

// ---- Calls

async function checkedTogether(signed, typ, keySet, at) {
  const kids = new Set();
  for (const one of signed.signatures) kids.add(jsonOf(bytesOfBase64(one.protected, "url")).kid);
  if (kids.size !== signed.signatures.length) refuse("malformed");
  const found = [];
  for (const one of signed.signatures) {
    found.push(await checkedBy(`${one.protected}.${signed.payload}.${one.signature}`, typ, keySet, at));
  }
  return [found[0][0], found.map(([, key]) => key)];
}

async function checkCall(airing, text, areas, keySet, now) {
  if (airing.call === null) refuse("no-call");
  const [call, keys] = await checkedTogether(airing.call, "loa-call", keySet, now);
  const here = keys.filter((key) => [key.area, ...key.further_areas].some((area) => areas.includes(area)));
  const isAlone = new Set(here.map((key) => key.holder)).size < 2;
  const lasts = msOf(call.until) - msOf(call.called_at);
  const isGood =
    call.airing === airing.airing &&
    call.recording === airing.recording &&
    call.text_sha256 === text &&
    call.areas.some((area) => areas.includes(area)) &&
    airing.volume <= call.loudest_volume &&
    (airing.every_ms === null || (call.every_ms !== null && call.every_ms <= airing.every_ms)) &&
    msOf(call.called_at) <= begins(airing) &&
    ends(airing) <= msOf(call.until) &&
    here.some((key) => key.role === "approver") &&
    (!isAlone || Boolean(call.reason)) &&
    lasts <= (isAlone ? LONGEST_ALONE_MS : LONGEST_CALL_MS);
  if (!isGood) refuse("outside-call");
}

async function answersOf(vectors, check) {
  const keySet = await opened(vectors.key_set, "loa-keys", () => ({ public: vectors.root_public, alg: "Ed25519" }));
  const answers = [];
  for (const one of vectors.cases) {
    try {
      await check(one, keySet, msOf(one.at ?? vectors.at));
      answers.push("ok");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answers.push(error.message);
    }
  }
  return answers;
}

function answersOfSignatures(vectors) {
  return answersOf(vectors, (one, keySet, at) => checked(one.text, one.typ, keySet, at));
}

function answersOfApprovals(vectors) {
  return answersOf(vectors, (one, keySet, at) => checkApproval(one.airing ?? one.keep, one.approvals, vectors.areas, keySet, at));
}

function answersOfCalls(vectors) {
  return answersOf(vectors, async (one, keySet, at) => {
    fields(AIRING)(one.airing);
    const approval = await checkApproval(one.airing, vectors.approvals, vectors.areas, keySet, at);
    await checkCall(one.airing, approval.text_sha256, vectors.areas, keySet, at);
  });
}

// ---- What sounds

const begins = (airing) => msOf(airing.starts_at);
const ends = (airing) => msOf(airing.starts_at) + airing.duration_ms;

function merged(plans, now) {
  const found = new Map();
  const inOrder = [...plans].sort((one, other) => one.version - other.version || (one.target < other.target ? -1 : 1));
  for (const plan of inOrder) {
    if (msOf(plan.expires_at) > now) plan.airings.forEach((airing) => found.set(airing.airing, airing));
  }
  return [...found.values()];
}

function wallMinute(at) {
  return Math.floor((((at + UTC7_MS) % DAY_MS) + DAY_MS) % DAY_MS / 60000);
}

function minuteOf(text) {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function isWithin(hours, at) {
  const [opens, closes, minute] = [minuteOf(hours.begins), minuteOf(hours.ends), wallMinute(at)];
  return opens < closes ? opens <= minute && minute < closes : minute >= opens || minute < closes;
}

function usedMs(airings, now) {
  const midnight = now - (((now + UTC7_MS) % DAY_MS) + DAY_MS) % DAY_MS;
  const points = new Set([midnight, now]);
  for (const airing of airings) {
    for (const at of [begins(airing), ends(airing)]) if (at > midnight && at < now) points.add(at);
  }
  const inOrder = [...points].sort((one, other) => one - other);
  let used = 0;
  for (let n = 0; n + 1 < inOrder.length; n += 1) {
    const due = airings.filter((airing) => begins(airing) <= inOrder[n] && inOrder[n] < ends(airing));
    if (due.length > 0 && due.every((airing) => airing.grade !== "emergency")) used += inOrder[n + 1] - inOrder[n];
  }
  return used;
}

function silences(policy, airings, now) {
  if (policy.quiet_hours.some((hours) => isWithin(hours, now))) return true;
  return policy.minutes_a_day < 1440 && usedMs(airings, now) >= policy.minutes_a_day * 60000;
}

function capOf(policy, airing) {
  const caps = [policy.loudest_volume];
  for (const hours of policy.volumes) {
    // A wall time counts in whole minutes: the start and each full minute up to the end are all that can differ.
    let at = begins(airing);
    while (at < ends(airing)) {
      if (isWithin(hours, at)) {
        caps.push(hours.loudest_volume);
        break;
      }
      at = at - (at % 60000) + 60000;
    }
  }
  return Math.min(...caps);
}

function whatSounds(plans, policies, now) {
  const airings = merged(plans, now);
  const due = airings.filter((airing) => begins(airing) <= now && now < ends(airing));
  if (due.length === 0) return null;
  due.sort(
    (one, other) =>
      RANK[other.grade] - RANK[one.grade] ||
      begins(one) - begins(other) ||
      (one.airing < other.airing ? -1 : 1),
  );
  const [first] = due;
  const isEmergency = first.grade === "emergency";
  if (!isEmergency && policies.some((policy) => silences(policy, airings, now))) return null;
  const caps = [...policies.map((policy) => capOf(policy, first)), ...plans.map((plan) => plan.loudest_volume)];
  const volume = Math.min(first.volume, ...caps);
  return { airing: first.airing, volume: isEmergency ? Math.max(volume, EMERGENCY_FLOOR) : volume };
}

function answersOfSounds(vectors) {
  return vectors.cases.map((one) => {
    one.plans.forEach((plan) => fields(SHAPE["loa-plan"])(plan));
    one.policies.forEach((policy) => fields(SHAPE["loa-policy"])(policy));
    return whatSounds(one.plans, one.policies, msOf(one.at));
  });
}

// ---- Chunks

const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function sha256(bytes) {
  return hexOf(await hash(bytes));
}

function bitmapOf(count, held) {
  const bytes = new Uint8Array(Math.floor((count + 7) / 8));
  const has = new Set(held);
  for (let n = 0; n < count; n += 1) if (!has.has(n)) bytes[n >> 3] |= 1 << (n & 7);
  return base64Of(bytes);
}

async function hash(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(parts.flatMap((part) => [...part]))));
}

async function provenChunk(manifest, n, payload) {
  const count = Math.ceil(manifest.size / manifest.chunk_size);
  if (n >= count) return null;
  const length = Math.min(manifest.chunk_size, manifest.size - n * manifest.chunk_size);
  const piece = payload.slice(0, length);
  let proof = payload.slice(length);
  let found = await hash([0], await hash(piece));
  for (let at = n, last = count - 1; last > 0; at >>= 1, last >>= 1) {
    if (at % 2 === 0 && at === last) continue;
    const other = proof.slice(0, 32);
    proof = proof.slice(32);
    found = at % 2 === 1 ? await hash([1], other, found) : await hash([1], found, other);
  }
  return piece.length === length && proof.length === 0 && hexOf(found) === manifest.root ? piece : null;
}

function renditionOf(one) {
  if (!one.metered && one.codecs.includes("mp3")) return one.recording;
  const fitting = one.renditions.filter(
    ({ codec, size }) => one.codecs.includes(codec) && (one.largest_recording === null || size <= one.largest_recording),
  );
  fitting.sort((a, b) => a.size - b.size || (a.recording < b.recording ? -1 : 1));
  return fitting.length === 0 ? one.recording : fitting[0].recording;
}

function answersOfRenditions(vectors) {
  return vectors.cases.map(renditionOf);
}

async function answersOfChunks(vectors) {
  const { manifest } = vectors;
  const joined = new Uint8Array(manifest.size);
  const answers = [];
  for (const { n, payload } of vectors.cases) {
    const piece = await provenChunk(manifest, n, bytesOfBase64(payload, "standard"));
    answers.push(piece === null ? "refused" : "ok");
    if (piece !== null) joined.set(piece, n * manifest.chunk_size);
  }
  return {
    cases: answers,
    recording: await sha256(joined),
    bitmaps: vectors.bitmaps.map((one) => bitmapOf(one.count, one.held)),
  };
}

// ---- Receipts

const bytesOf = (text) => new TextEncoder().encode(text);
const base64urlOf = (bytes) => base64Of(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function signedReceipt(payload, kid, seed) {
  // PKCS #8 of an Ed25519 key: these 16 bytes, then the 32 of the key
  const head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
  const key = await crypto.subtle.importKey("pkcs8", Uint8Array.from([...head, ...seed]), "Ed25519", false, ["sign"]);
  const header = JSON.stringify({ alg: "Ed25519", kid, typ: "loa-receipt" });
  const signed = `${base64urlOf(bytesOf(header))}.${base64urlOf(bytesOf(payload))}`;
  return `${signed}.${base64urlOf(new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytesOf(signed))))}`;
}

async function judgedReceipt(text, vectors) {
  if (text.length > 2048) refuse("malformed");
  // one text has one name: what decodes to the same bytes must be the same characters
  for (const part of text.split(".")) if (base64urlOf(bytesOfBase64(part, "url")) !== part) refuse("malformed");
  const receipt = await opened(text, "loa-receipt", (kid) =>
    kid === vectors.kid ? { public: vectors.public, alg: "Ed25519" } : refuse("unknown-key"),
  );
  if (receipt.node !== vectors.node) refuse("malformed");
}

async function deletedBy(text, vectors, keySet) {
  const told = await checked(text, "loa-committed", keySet, msOf(vectors.at));
  if (told.node !== vectors.node) refuse("other-target");
  const gone = [...told.ids, ...told.refused.map((one) => one.id)];
  return vectors.held.filter((id) => gone.includes(id));
}

async function orRefused(answer) {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.message;
  }
}

// ---- Roots

async function checkRoots(roots, text, typ) {
  const signed = new Set();
  for (const one of text.signatures) {
    const compact = `${one.protected}.${text.payload}.${one.signature}`;
    const kid = jsonOf(bytesOfBase64(one.protected, "url")).kid;
    const holder = roots.holders.find((other) => other.kid === kid);
    if (holder === undefined) continue;
    await opened(compact, typ, () => ({ public: holder.public, alg: "Ed25519" }));
    signed.add(holder.holder);
  }
  if (signed.size === 0) refuse("unknown-key");
  if (signed.size < roots.threshold) refuse("bad-signature");
}

async function rootsAfter(pinned, chain) {
  const kid = `root-${(await sha256(bytesOf(pinned))).slice(0, 16)}`;
  let roots = { version: 0, threshold: 1, holders: [{ kid, holder: "root", public: pinned }] };
  for (const text of chain.sets) {
    const next = jsonOf(bytesOfBase64(text.payload, "url"));
    fields(SHAPE["loa-roots"])(next);
    if (next.version !== roots.version + 1) refuse("unknown-key");
    await checkRoots(roots, text, "loa-roots");
    await checkRoots(next, text, "loa-roots");
    roots = next;
  }
  return roots;
}

async function answersOfRoots(vectors) {
  const answers = [];
  for (const one of vectors.cases) {
    const answer = await orRefused(async () => {
      const roots = await rootsAfter(vectors.root_public, one.chain);
      const parts = one.text.split(".");
      const text = one.text.startsWith("{")
        ? JSON.parse(one.text)
        : { payload: parts[1], signatures: [{ protected: parts[0], signature: parts[2] }] };
      if (roots.version > 0) return checkRoots(roots, text, "loa-keys");
      const key = { public: vectors.root_public, alg: "Ed25519" };
      return opened(one.text, "loa-keys", () => key).then(() => null);
    });
    answers.push(answer ?? "ok");
  }
  return answers;
}

async function answersOfReceipts(vectors) {
  const keySet = await opened(vectors.key_set, "loa-keys", () => ({ public: vectors.root_public, alg: "Ed25519" }));
  const seed = vectors.private.match(/../g).map((pair) => parseInt(pair, 16));
  const chain = [];
  let previous = "0".repeat(64);
  for (const [place, { payload }] of vectors.chain.entries()) {
    const receipt = JSON.parse(payload);
    if (receipt.seq !== place + 1 || receipt.previous !== previous) refuse("chain");
    const text = await signedReceipt(payload, vectors.kid, seed);
    previous = await sha256(bytesOf(text));
    chain.push({ payload, text, id: previous });
  }
  const deleted = [];
  for (const { text } of vectors.answers) {
    const answer = await orRefused(() => deletedBy(text, vectors, keySet));
    deleted.push(Array.isArray(answer) ? answer : []);
  }
  const judged = [];
  for (const { text } of vectors.cases) {
    judged.push((await orRefused(() => judgedReceipt(text, vectors))) ?? "ok");
  }
  return { chain, deleted, judged };
}

// ---- Clock

const USUAL_DRIFT = 40e-6;
const WALK = 0.5e-6 ** 2 / 1800;
const tripOf = ([sent, received, replied, arrived]) => (arrived - sent - (replied - received)) / 1e6;
const middleOf = ([sent, , , arrived]) => (sent + arrived) / 2;
const offsetOf = ([sent, received, replied, arrived]) => (received - sent + (replied - arrived)) / 2;
const noiseOf = (excess) => 0.0003 + 0.29 * Math.max(0, excess);

// a line: at own clock `at` the offset is `base` us + `a` s, and drifts by `b`; variances of a and b, covariance
function fittedLine(kept) {
  const [at, base, count] = [middleOf(kept[kept.length - 1]), offsetOf(kept[kept.length - 1]), kept.length];
  const trips = kept.map(tripOf);
  const shortest = Math.min(...trips);
  const excess = trips.reduce((sum, one) => sum + one - shortest, 0) / (2 * Math.max(1, count - 1));
  const times = kept.map((one) => (middleOf(one) - at) / 1e6);
  const quickest = (b) => [
    Math.min(...kept.map(([sent, received], n) => (received - sent - base) / 1e6 - b * times[n])),
    Math.min(...kept.map(([, , replied, arrived], n) => (arrived - replied + base) / 1e6 + b * times[n])),
  ];
  const worth = (b, [u, d] = quickest(b)) =>
    (count / Math.max(excess, 0.0003)) * (u + d) - b ** 2 / (2 * USUAL_DRIFT ** 2);
  let [low, high] = [-500e-6, 500e-6];
  for (let n = 0, third = (high - low) / 3; n < 60; n += 1, third = (high - low) / 3)
    [low, high] = worth(low + third) < worth(high - third) ? [low + third, high] : [low, high - third];
  const [u, d] = quickest(low);
  const floor = Math.min(shortest, u + d);
  const weights = trips.map((trip) => noiseOf(trip - floor) ** -2);
  const sumOf = (power) => weights.reduce((sum, weight, n) => sum + weight * times[n] ** power, 0);
  const [s0, st, stt] = [sumOf(0), sumOf(1), sumOf(2) + 1 / USUAL_DRIFT ** 2];
  const det = s0 * stt - st ** 2;
  return [{ at, base, a: (u - d) / 2, b: low, varA: stt / det, varB: s0 / det, cov: -st / det }, floor];
}

function startedLine(one, b = 0, varB = USUAL_DRIFT ** 2) {
  return { at: middleOf(one), base: offsetOf(one), a: 0, b, varA: Math.max(1, tripOf(one) / 2) ** 2, varB, cov: 0 };
}

function movedLine(line, at) {
  const t = (at - line.at) / 1e6;
  const walked = WALK * Math.abs(t);
  const varA = line.varA + 2 * t * line.cov + t ** 2 * (line.varB + Math.min(walked / 3, 1.5e-6 ** 2));
  const cov = line.cov + t * (line.varB + walked / 2);
  return { ...line, at, a: line.a + line.b * t, varA, varB: line.varB + walked, cov };
}

// what is left of the first line's uncertainty where another measurement of (offset, drift) takes its share
function corrected(line, [kaa, kab, kba, kbb], da, db) {
  return {
    ...line, a: line.a + kaa * da + kab * db, b: line.b + kba * da + kbb * db,
    varA: line.varA - kaa * line.varA - kab * line.cov,
    varB: line.varB - kba * line.cov - kbb * line.varB,
    cov: line.cov - kaa * line.cov - kab * line.varB,
  };
}

function measuredLine(line, one, floor) {
  const old = movedLine(line, middleOf(one));
  const all = old.varA + noiseOf(tripOf(one) - floor) ** 2;
  return corrected(old, [old.varA / all, 0, old.cov / all, 0], (offsetOf(one) - old.base) / 1e6 - old.a, 0);
}

// two independent normal distributions of (offset, drift) as one; null: more than 7 standard deviations apart
function joinedLines(line, past) {
  const other = movedLine(past, line.at);
  const [da, db] = [(other.base - line.base) / 1e6 + other.a - line.a, other.b - line.b];
  const [saa, sbb, sab] = [line.varA + other.varA, line.varB + other.varB, line.cov + other.cov];
  const det = saa * sbb - sab ** 2;
  if (sbb * da ** 2 - 2 * sab * da * db + saa * db ** 2 > 49 * det) return null;
  const shares = [line.varA * sbb - line.cov * sab, line.cov * saa - line.varA * sab];
  shares.push(line.cov * sbb - line.varB * sab, line.varB * saa - line.cov * sab);
  return corrected(line, shares.map((one) => one / det), da, db);
}

const lineOffset = (line, own) => line.base / 1e6 + line.a + (line.b * (own - line.at)) / 1e6;
const spreadOf = ({ line, since }, own) =>
  3 * Math.sqrt(Math.max(0, movedLine(line, own).varA)) + (5e-6 * Math.abs(own - since)) / 1e6;
const boundOf = (basis, own) => basis.fixed + spreadOf(basis, own);

class PageClock {
  kept = [];
  past = this.drift = this.asked = this.told = null;

  forget() {
    const line = this.asked && this.asked.line;
    if (line) this.drift = [line.b, Math.min(line.varB + 2e-6 ** 2, USUAL_DRIFT ** 2)];
    [this.kept, this.past, this.asked, this.told] = [[], null, null, null];
  }

  exchange(one) {
    if (tripOf(one) < 0 || one[3] < one[0]) return this.forget();
    if (!this.explains(one)) this.forget();
    if (this.kept.length === 0 && this.drift) this.past = startedLine(one, ...this.drift);
    this.kept.push(one);
    const slowest = this.kept.slice(0, 16).reduce((a, b) => (tripOf(b) > tripOf(a) ? b : a));
    if (this.kept.length > 32) this.kept.splice(this.kept.indexOf(slowest), 1);
    const floor = fittedLine(this.kept)[1];
    while (this.kept[0][3] < one[3] - 2400e6) {
      const oldest = this.kept.shift();
      this.past = measuredLine(this.past || startedLine(oldest), oldest, floor);
    }
    const [line] = fittedLine(this.kept);
    const joined = this.past && joinedLines(line, this.past);
    this.past = joined && this.past;
    const fixed = Math.min(...this.kept.map(tripOf)) / 2;
    this.asked = { line: joined || line, fixed, since: middleOf(one), source: "station" };
    return this.told && !this.fits(this.told, one[3]) ? (this.told = null) : undefined;
  }

  explains(one) {
    if (!this.asked) return true;
    const [gap, half] = [lineOffset(this.asked.line, middleOf(one)) - offsetOf(one) / 1e6, tripOf(one) / 2];
    const delays = this.kept.length >= 16 ? Math.max(0, half - this.asked.fixed) : this.asked.fixed + half;
    return Math.abs(gap) <= delays + spreadOf(this.asked, middleOf(one)) + 0.01;
  }

  source({ source, own_us: own, utc_us: utc, error_us: error }) {
    const { b, varB } = this.asked ? this.asked.line : { b: 0, varB: USUAL_DRIFT ** 2 };
    const line = { at: own, base: utc - own, a: 0, b, varA: 0, varB, cov: 0 };
    const told = { line, fixed: error / 1e6, since: own, source };
    if (this.fits(told, own) && !(this.told && boundOf(this.told, own) < boundOf(told, own))) this.told = told;
  }

  fits(told, own) {
    const gap = this.asked ? Math.abs(lineOffset(told.line, own) - lineOffset(this.asked.line, own)) : 0;
    return gap === 0 || gap <= boundOf(told, own) + boundOf(this.asked, own);
  }

  at(own) {
    const known = [this.asked, this.told].filter(Boolean).sort((a, b) => boundOf(a, own) - boundOf(b, own));
    if (known.length === 0) return { offset_us: null, error_us: null, trust: "none", source: "none" };
    const [basis] = known;
    const [offset, error] = [lineOffset(basis.line, own), boundOf(basis, own)];
    const trust = error <= 0.1 ? "together" : error <= 10 ? "on-the-minute" : "none";
    const source = own - basis.since > 3600e6 && basis.source !== "rtc" ? "hold-over" : basis.source;
    return { offset_us: Math.round(offset * 1e6), error_us: Math.round(error * 1e6), trust, source };
  }
}

function answersOfClocks(vectors) {
  return vectors.cases.map((one) => {
    const clock = new PageClock();
    one.events.forEach(({ exchange, told }) => (exchange ? clock.exchange(exchange) : clock.source(told)));
    return one.asked.map((asked) => clock.at(asked.own_us));
  });
}

window.reader = {
  "clocks.json": answersOfClocks,
  "receipts.json": answersOfReceipts,
  "signatures.json": answersOfSignatures,
  "passkeys.json": answersOfSignatures,
  "approvals.json": answersOfApprovals,
  "calls.json": answersOfCalls,
  "sounds.json": answersOfSounds,
  "renditions.json": answersOfRenditions,
  "chunks.json": answersOfChunks,
  "roots.json": answersOfRoots,
};
