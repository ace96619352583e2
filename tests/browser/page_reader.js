// The rules of docs/protocol.md in another language, written from that page alone: signed messages, approvals,
// documents, what sounds, chunks, clocks. Runs in a browser; a test feeds it docs/protocol/vectors/*.json and compares its answers.

const [MOST_BYTES, MOST_ASSERTION, EMERGENCY_FLOOR] = [524288, 768, 20];
const [UTC7_MS, DAY_MS] = [7 * 3600000, 86400000];
const [LONGEST_APPROVAL_MS, LONGEST_CALL_MS, LONGEST_ALONE_MS] = [186 * DAY_MS, 25 * 3600000, 3 * 3600000];
const RANK = { routine: 0, priority: 1, emergency: 2 };
const ROLE = {
  ...{ "loa-plan": ["station"], "loa-manifest": ["station"], "loa-time": ["station"], "loa-committed": ["station"] },
  ...{ "loa-policy": ["administrator"], "loa-place": ["administrator"], "loa-home": ["administrator"] },
  ...{ "loa-approval": ["approver"], "loa-call": ["approver", "caller"], "loa-author": ["approver", "caller"] },
};

class Refused extends Error {}
const refuse = (code) => { throw new Refused(code); };

// ---- How messages are written

function bytesOfBase64(text, alphabet, why = "malformed") {
  const shape = alphabet === "url" ? /^[A-Za-z0-9_-]*$/ : /^[A-Za-z0-9+/]*={0,2}$/;
  const plain = text.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
  if (!shape.test(text) || plain.length % 4 === 1) refuse(why);
  const raw = atob(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  if (btoa(raw).replace(/=+$/, "") !== plain) refuse(why);
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));
const bytesOf = (text) => new TextEncoder().encode(text);
const base64urlOf = (bytes) => base64Of(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const hash = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(parts.flatMap((part) => [...part]))));
const sha256 = async (bytes) => hexOf(await hash(bytes));

function jsonOf(bytes, why = "malformed") {
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isObject(found)) return found;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  return refuse(why);
}

function msOf(instant) {
  if (typeof instant !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(instant)) refuse("malformed");
  const at = Date.parse(instant);
  if (Number.isNaN(at) || at < 0 || at >= Date.UTC(3000, 0)) refuse("malformed");
  return at;
}

// One function a type: each throws unless the value has that type and range.
const text = (shape) => (value) => (typeof value === "string" && shape.test(value)) || refuse("malformed");
const [name, digest, word] = [/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, /^[0-9a-f]{64}$/, /^[a-z0-9][a-z0-9-]{0,31}$/].map(text);
const instant = (value) => msOf(value);
const flag = (value) => typeof value === "boolean" || refuse("malformed");
const [algorithm, wall] = [/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, /^([01]\d|2[0-3]):[0-5]\d$/].map(text);
const siteName = text(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
const whole = (low, high) => (value) => (Number.isInteger(value) && value >= low && value <= high) || refuse("malformed");
const jws = (most) => text(new RegExp(`^(?=.{5,${most}}$)[\\w-]+\\.[\\w-]+\\.[\\w-]+$`));
const base64url = (most) => text(new RegExp(`^[\\w-]{1,${most}}$`));
const longText = (most) => (value) => (typeof value === "string" && [...value].length <= most) || refuse("malformed");
const oneOf = (...words) => (value) => words.includes(value) || refuse("malformed");
const orNull = (check) => (value) => value === null || check(value);
const list = (low, high, check) => (value) =>
  Array.isArray(value) && value.length >= low && value.length <= high ? value.forEach((one) => check(one)) : refuse("malformed");
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const optional = (check, preset) => ({ check, preset });
const fields = (shape) => (value) => {
  if (!isObject(value)) refuse("malformed");
  for (const [key, rule] of Object.entries(shape)) {
    const isOptional = typeof rule === "object";
    if (key in value) (isOptional ? rule.check : rule)(value[key]);
    else if (isOptional) value[key] = rule.preset;
    else refuse("malformed");
  }
  return value;
};

const [NUMBER, VERSION] = [0, 1].map((least) => whole(least, Number.MAX_SAFE_INTEGER));
const versions = (value) =>
  isObject(value) && Object.keys(value).length <= 16
    ? Object.entries(value).forEach(([area, version]) => name(area) && VERSION(version)) : refuse("malformed");
const [VOLUME, LONG_MS] = [whole(0, 100), whole(1, 2147483647)];
const QUIET = { begins: wall, ends: wall };
const RENDITION = { recording: digest, codec: word, size: VERSION };
const SIGNATURE = { protected: base64url(512), signature: base64url(2048) };
const TOGETHER = { payload: text(/^[\w-]+$/), signatures: list(1, 8, fields(SIGNATURE)) };
const SIGNED_CALL = { ...TOGETHER, payload: base64url(8192) };
const GRADE = oneOf("routine", "priority", "emergency");
const AIRING = {
  ...{ airing: name, recording: digest, approval: digest, starts_at: instant, latest_start_at: instant },
  ...{ duration_ms: LONG_MS, grade: GRADE, volume: VOLUME, test: optional(flag, false) },
  ...{ witnessed_at: optional(orNull(instant), null), every_ms: optional(orNull(LONG_MS), null) },
  call: optional(orNull(fields(SIGNED_CALL)), null),
};
const KEPT = { name, recording: digest, approval: digest, test: optional(flag, false), witnessed_at: optional(orNull(instant), null) };
const KEY = {
  ...{ kid: name, role: word, public: base64url(512), not_before: instant, not_after: instant },
  ...{ holder: optional(orNull(name), null), area: optional(orNull(name), null) },
  ...{ further_areas: optional(list(0, 16, name), []), retired_at: optional(orNull(instant), null) },
  ...{ compromised_since: optional(orNull(instant), null), alg: optional(algorithm, "Ed25519") },
  rp_id: optional(orNull(siteName), null),
};
const DATED = { version: VERSION, issued_at: instant, expires_at: instant };
const DOCUMENT = { target: name, ...DATED };
const SHAPE = {
  "loa-plan": {
    ...{ ...DOCUMENT, airings: list(0, 512, fields(AIRING)), keep: optional(list(0, 64, fields(KEPT)), []) },
    ...{ loudest_volume: optional(VOLUME, 100), approvals: optional(list(0, 576, jws(4096)), []), epoch: optional(NUMBER, 0) },
  },
  "loa-policy": {
    ...{ ...DOCUMENT, quiet_hours: list(0, 16, fields(QUIET)), loudest_volume: VOLUME, minutes_a_day: whole(0, 1440) },
    volumes: optional(list(0, 16, fields({ ...QUIET, loudest_volume: VOLUME })), []),
  },
  "loa-time": {
    ...{ node: name, sent_us: NUMBER, received_us: NUMBER, replied_us: NUMBER, epoch: optional(NUMBER, 0) },
    ...{ keys: optional(versions, {}), policies: optional(versions, {}), place: optional(orNull(VERSION), null) },
  },
  "loa-place": { ...DATED, node: name, areas: list(1, 16, name), further_nodes: optional(list(0, 1024, name), []) },
  "loa-home": { ...DOCUMENT, brokers: list(1, 4, longText(200)) },
  "loa-committed": { node: name, ids: list(0, 100, digest), refused: optional(list(0, 100, fields({ id: digest, code: name })), []) },
  "loa-receipt": {
    ...{ node: name, seq: VERSION, previous: digest, airing: name, recording: digest, at: orNull(instant) },
    kind: text(/^[a-z][a-z-]{0,23}$/),
  },
  "loa-roots": { ...DATED, threshold: whole(1, 4), holders: list(1, 8, fields({ kid: name, holder: name, public: name })) },
  "loa-keys": {
    ...{ ...DATED, area: optional(orNull(name), null), keys: list(0, 1024, fields(KEY)) },
    ...{ administrators: optional(whole(1, 4), 1), authors: optional(flag, false) },
  },
  "loa-approval": {
    ...{ bulletin: name, revision: VERSION, text_sha256: digest, recording: digest, author: name, approver: name },
    ...{ approved_at: instant, valid_from: instant, expires_at: instant, areas: list(1, 16, name), grade: GRADE },
    ...{ test: optional(flag, false), renditions: optional(list(0, 4, fields(RENDITION)), []) },
    authorship: optional(orNull(jws(2048)), null),
  },
  "loa-author": {
    ...{ text_sha256: digest, recording: digest, areas: list(1, 16, name), grade: GRADE },
    ...{ authored_at: instant, expires_at: instant, renditions: optional(list(0, 4, digest), []) },
  },
  "loa-call": {
    ...{ airing: name, recording: digest, text_sha256: digest, areas: list(1, 256, name) },
    ...{ loudest_volume: VOLUME, called_at: instant, until: instant },
    ...{ every_ms: optional(orNull(LONG_MS), null), reason: optional(orNull(longText(200)), null) },
  },
};

// ---- Signed messages

const [ALGORITHMS, ROLES] = [["Ed25519", "WebAuthn-ES256"], ["station", "approver", "administrator", "caller"]];

async function opened(text, typ, keyOf) {
  const parts = text.split(".");
  if (text.length > MOST_BYTES || parts.length !== 3) refuse("malformed");
  const header = jsonOf(bytesOfBase64(parts[0], "url"));
  if (Object.keys(header).sort().join() !== "alg,kid,typ" || !ALGORITHMS.includes(header.alg)) refuse("malformed");
  if (typeof header.kid !== "string" || typeof header.typ !== "string") refuse("malformed");
  if (header.typ !== typ) refuse("wrong-kind");
  const key = keyOf(header.kid);
  if (header.alg !== key.alg) refuse("bad-signature");
  const signed = bytesOf(`${parts[0]}.${parts[1]}`);
  const signature = bytesOfBase64(parts[2], "url", "bad-signature");
  if (!(await (key.alg === "Ed25519" ? isEd25519 : isAssertion)(signed, signature, key))) refuse("bad-signature");
  return fields(SHAPE[typ])(jsonOf(bytesOfBase64(parts[1], "url")));
}

async function orRefused(answer) {
  try {
    return await answer();
  } catch (error) {
    return error instanceof Refused ? error.message : Promise.reject(error);
  }
}
const verdictOf = (act) => orRefused(async () => (await act()) && "ok");
const inTurn = (items, act) => items.reduce(async (found, one) => [...(await found), await act(one)], []);

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
  const site = await hash(bytesOf(key.rp_id));
  if (data.length < 37 || !site.every((byte, n) => byte === data[n]) || (data[32] & 5) !== 5) return false;
  const said = jsonOf(client, "bad-signature");
  if (signature === null || said.type !== "webauthn.get" || said.challenge !== base64urlOf(await hash(signed))) return false;
  const point = new Uint8Array([4, ...bytesOfBase64(key.public, "url")]);
  const imported = await crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
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

const checked = async (...what) => (await checkedBy(...what))[0];
const isEnded = ({ compromised_since: stolen, retired_at: retired }, at) =>
  (stolen !== null && at >= msOf(stolen)) || (retired !== null && at > msOf(retired));

async function checkedBy(text, typ, keySet, at) {
  let key = null;
  const message = await opened(text, typ, (kid) => {
    key = keySet.keys.find((one) => one.kid === kid) ?? refuse("unknown-key");
    const isUsable = key.role === "station" ? key.alg === "Ed25519" : key.holder !== null && key.area !== null;
    if (!isUsable || !ALGORITHMS.includes(key.alg) || !ROLES.includes(key.role)) refuse("unknown-key");
    if (!ROLE[typ].includes(key.role)) refuse("wrong-role");
    return key;
  });
  const now = typ === "loa-time" ? message.replied_us / 1000 : at;
  if (now < msOf(key.not_before) || now >= msOf(key.not_after) || now >= (key.ends ?? msOf(keySet.expires_at))) refuse("expired");
  if ("expires_at" in message && now >= msOf(message.expires_at)) refuse("expired");
  const saidAt = message.approved_at ?? message.authored_at ?? message.called_at ?? message.issued_at;
  const isOfPersons = ["loa-approval", "loa-author", "loa-call"].includes(typ);
  if (key.compromised_since !== null && !isOfPersons) refuse("key-ended");
  if (typ === "loa-time" ? isEnded(key, now) : saidAt !== undefined && isEnded(key, msOf(saidAt))) refuse("key-ended");
  return [message, key];
}

// ---- Approvals

async function checkApproval(one, approvals, areas, keySet, now) {
  let text = null;
  for (const carried of approvals) if ((await sha256(bytesOf(carried))) === one.approval) text = carried;
  if (text === null) refuse("wrong-approval");
  const [approval, key] = await checkedBy(text, "loa-approval", keySet, now);
  if (approval.recording !== one.recording || approval.test !== one.test) refuse("wrong-approval");
  checkWitness(one, key);
  if (!signsFor(key, areas)) refuse("outside-scope");
  if (approval.approver !== key.holder || approval.author === key.holder) refuse("outside-scope");
  if (!approval.areas.some((area) => areas.includes(area))) refuse("outside-scope");
  const end = Math.min(msOf(approval.expires_at), msOf(approval.valid_from) + LONGEST_APPROVAL_MS);
  if (now >= end) refuse("expired");
  if ("grade" in one && RANK[one.grade] > RANK[approval.grade]) refuse("outside-scope");
  if ("grade" in one && (begins(one) < msOf(approval.valid_from) || begins(one) >= end)) refuse("outside-scope");
  if (keySet.authors) await checkAuthor(one, approval, areas, keySet, now);
  return approval;
}

function checkWitness(one, key) {
  const hasEnd = key.retired_at !== null || key.compromised_since !== null;
  if (hasEnd && (one.witnessed_at === null || isEnded(key, msOf(one.witnessed_at)))) refuse("key-ended");
}

async function checkAuthor(one, approval, areas, keySet, now) {
  if (approval.authorship === null) refuse("no-author");
  const [said, key] = await checkedBy(approval.authorship, "loa-author", keySet, now);
  checkWitness(one, key);
  const isByAuthor = key.holder === approval.author && signsFor(key, areas);
  const isCoded = approval.renditions.every(({ recording }) => said.renditions.includes(recording));
  const isOfThis = said.text_sha256 === approval.text_sha256 && said.recording === approval.recording && isCoded;
  const isWithin = approval.areas.every((area) => said.areas.includes(area)) && RANK[approval.grade] <= RANK[said.grade];
  if (!isByAuthor || !isOfThis || !isWithin) refuse("no-author");
}

const signsFor = (key, areas) => [key.area, ...key.further_areas].some((area) => areas.includes(area));

// one signature is a compact JWS, several are in general JSON
function together(text) {
  const [head, payload, signature] = text.split(".");
  if (!text.startsWith("{")) return { payload, signatures: [{ protected: head, signature }] };
  return fields(TOGETHER)(jsonOf(bytesOf(text)));
}

async function ruled(text, typ, areas, keySet, now) {
  const [message, keys] = await checkedTogether(together(text), typ, keySet, now);
  const within = { "loa-policy": areas.slice(0, areas.indexOf(message.target) + 1), "loa-home": areas.slice(0, 1) }[typ] ?? areas;
  const rules = (key) => signsFor(key, within) && (typ !== "loa-place" || signsFor(key, message.areas));
  const leavesAll = typ === "loa-place" && areas.every((area) => message.areas.includes(area));
  if (new Set(keys.filter(rules).map((key) => key.holder)).size < (leavesAll ? 1 : keySet.administrators)) refuse("outside-scope");
  return message;
}

const answersOfAdministrators = (vectors) => answersOf((one, ...how) => ruled(one.text, one.typ, vectors.areas, ...how))(vectors);

async function checkedTogether(signed, typ, keySet, at) {
  const kids = signed.signatures.map((one) => jsonOf(bytesOfBase64(one.protected, "url")).kid);
  if (new Set(kids).size !== kids.length) refuse("malformed");
  const compact = (one) => `${one.protected}.${signed.payload}.${one.signature}`;
  const found = await inTurn(signed.signatures, (one) => checkedBy(compact(one), typ, keySet, at));
  return [found[0][0], found.map(([, key]) => key)];
}

async function checkCall(airing, text, areas, keySet, now) {
  if (airing.call === null) refuse("no-call");
  const [call, keys] = await checkedTogether(airing.call, "loa-call", keySet, now);
  const here = keys.filter((key) => signsFor(key, areas));
  const isAlone = new Set(here.map((key) => key.holder)).size < 2;
  const lasts = msOf(call.until) - msOf(call.called_at);
  const isThisOne = call.airing === airing.airing && call.recording === airing.recording && call.text_sha256 === text;
  const isAsLoud = airing.volume <= call.loudest_volume && call.areas.some((area) => areas.includes(area));
  const isAsOften = airing.every_ms === null || (call.every_ms !== null && call.every_ms <= airing.every_ms);
  const isInTime = msOf(call.called_at) <= begins(airing) && ends(airing) <= msOf(call.until);
  const isBySome = here.some((key) => key.role === "approver") && (!isAlone || Boolean(call.reason));
  const isGood = isThisOne && isAsLoud && isAsOften && isInTime && isBySome && lasts <= (isAlone ? LONGEST_ALONE_MS : LONGEST_CALL_MS);
  return isGood || refuse("outside-call");
}

const byRoot = (text, pinned) => opened(text, "loa-keys", () => ({ public: pinned, alg: "Ed25519" }));
const answersOf = (check) => async (vectors) => {
  const keySet = await byRoot(vectors.key_set, vectors.root_public);
  return inTurn(vectors.cases, (one) => verdictOf(() => check(one, keySet, msOf(one.at ?? vectors.at), vectors)));
};

const answersOfSignatures = answersOf((one, keySet, at) => checked(one.text, one.typ, keySet, at));
const answersOfApprovals = answersOf((one, keySet, at, { areas }) =>
  checkApproval(one.airing ?? one.keep, one.approvals, areas, keySet, at),
);
const answersOfCalls = answersOf(async ({ airing }, keySet, at, { approvals, areas }) => {
  fields(AIRING)(airing);
  const approval = await checkApproval(airing, approvals, areas, keySet, at);
  return checkCall(airing, approval.text_sha256, areas, keySet, at);
});

// ---- What sounds

const begins = (airing) => msOf(airing.starts_at);
const ends = (airing) => msOf(airing.starts_at) + airing.duration_ms;
const inOrder = (one, other) => one.version - other.version || (one.target < other.target ? -1 : 1);

function merged(plans, now) {
  const airings = plans.filter((plan) => msOf(plan.expires_at) > now).sort(inOrder).flatMap((plan) => plan.airings);
  return [...new Map(airings.map((airing) => [airing.airing, airing])).values()];
}

const dayMs = (at) => (((at + UTC7_MS) % DAY_MS) + DAY_MS) % DAY_MS;
const wallMinute = (at) => Math.floor(dayMs(at) / 60000);
const minuteOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const isWithin = (hours, at, [opens, closes, minute] = [minuteOf(hours.begins), minuteOf(hours.ends), wallMinute(at)]) =>
  opens < closes ? opens <= minute && minute < closes : minute >= opens || minute < closes;

function usedMs(airings, now) {
  const midnight = now - dayMs(now);
  const bounds = airings.flatMap((airing) => [begins(airing), ends(airing)]).filter((at) => at > midnight && at < now);
  const points = [...new Set([midnight, ...bounds, now])].sort((one, other) => one - other);
  const isUsed = (at) => {
    const due = airings.filter((airing) => begins(airing) <= at && at < ends(airing));
    return due.length > 0 && due.every((airing) => airing.grade !== "emergency");
  };
  return points.slice(1).reduce((used, at, n) => used + (isUsed(points[n]) ? at - points[n] : 0), 0);
}

const silences = (policy, airings, now) =>
  policy.quiet_hours.some((hours) => isWithin(hours, now)) ||
  (policy.minutes_a_day < 1440 && usedMs(airings, now) >= policy.minutes_a_day * 60000);

function capOf(policy, airing) {
  // A wall time counts in whole minutes: the start and each full minute up to the end are all that can differ.
  const looks = [];
  for (let at = begins(airing); at < ends(airing); at = at - (at % 60000) + 60000) looks.push(at);
  const met = policy.volumes.filter((hours) => looks.some((at) => isWithin(hours, at)));
  return Math.min(policy.loudest_volume, ...met.map((hours) => hours.loudest_volume));
}

function whatSounds(plans, policies, now) {
  const airings = merged(plans, now);
  const due = airings.filter((airing) => begins(airing) <= now && now < ends(airing));
  if (due.length === 0) return null;
  const byStart = (one, other) => begins(one) - begins(other) || (one.airing < other.airing ? -1 : 1);
  due.sort((one, other) => RANK[other.grade] - RANK[one.grade] || byStart(one, other));
  const [first] = due;
  const isEmergency = first.grade === "emergency";
  if (!isEmergency && policies.some((policy) => silences(policy, airings, now))) return null;
  const caps = [...policies.map((policy) => capOf(policy, first)), ...plans.map((plan) => plan.loudest_volume)];
  const volume = Math.min(first.volume, ...caps);
  return { airing: first.airing, volume: isEmergency ? Math.max(volume, EMERGENCY_FLOOR) : volume };
}

const answersOfSounds = (vectors) =>
  vectors.cases.map(({ plans, policies, at }) =>
    whatSounds(plans.map(fields(SHAPE["loa-plan"])), policies.map(fields(SHAPE["loa-policy"])), msOf(at)),
  );

// ---- Chunks

function bitmapOf(count, held) {
  const bytes = new Uint8Array(Math.floor((count + 7) / 8));
  for (let n = 0; n < count; n += 1) if (!held.includes(n)) bytes[n >> 3] |= 1 << (n & 7);
  return base64Of(bytes);
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

async function answersOfChunks({ manifest, cases, bitmaps }) {
  const [joined, answers] = [new Uint8Array(manifest.size), []];
  for (const { n, payload } of cases) {
    const piece = await provenChunk(manifest, n, bytesOfBase64(payload, "standard"));
    answers.push(piece === null ? "refused" : "ok");
    if (piece !== null) joined.set(piece, n * manifest.chunk_size);
  }
  const asked = bitmaps.map((one) => bitmapOf(one.count, one.held));
  return { cases: answers, recording: await sha256(joined), bitmaps: asked };
}

// ---- Receipts

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
  return receipt.node === vectors.node || refuse("malformed");
}

async function deletedBy(text, vectors, keySet) {
  const told = await checked(text, "loa-committed", keySet, msOf(vectors.at));
  if (told.node !== vectors.node) refuse("other-target");
  const gone = [...told.ids, ...told.refused.map((one) => one.id)];
  return vectors.held.filter((id) => gone.includes(id));
}

// ---- Roots

async function checkRoots(roots, { payload, signatures }, typ) {
  const signed = new Set();
  for (const one of signatures) {
    const { kid } = jsonOf(bytesOfBase64(one.protected, "url"));
    const holder = roots.holders.find((other) => other.kid === kid);
    if (holder === undefined) continue;
    await opened(`${one.protected}.${payload}.${one.signature}`, typ, () => ({ public: holder.public, alg: "Ed25519" }));
    signed.add(holder.holder);
  }
  if (signed.size < roots.threshold) refuse(signed.size === 0 ? "unknown-key" : "bad-signature");
}

async function rootsAfter(pinned, chain) {
  const kid = `root-${(await sha256(bytesOf(pinned))).slice(0, 16)}`;
  const followed = [{ version: 0, threshold: 1, holders: [{ kid, holder: "root", public: pinned }] }];
  for (const text of chain.sets) {
    const roots = followed.at(-1);
    const next = fields(SHAPE["loa-roots"])(jsonOf(bytesOfBase64(text.payload, "url")));
    if (next.version !== roots.version + 1) refuse("unknown-key");
    await checkRoots(roots, text, "loa-roots");
    await checkRoots(next, text, "loa-roots");
    followed.push(next);
  }
  return followed;
}

async function keySetBy(roots, text) {
  if (roots.version === 0) return byRoot(text, roots.holders[0].public);
  await checkRoots(roots, together(text), "loa-keys");
  return fields(SHAPE["loa-keys"])(jsonOf(bytesOfBase64(together(text).payload, "url")));
}

const answersOfRoots = ({ root_public: pinned, cases }) =>
  inTurn(cases, ({ chain, text }) => verdictOf(async () => keySetBy((await rootsAfter(pinned, chain)).at(-1), text)));

// ---- What to accept

const isFar = (version, now) => now !== null && version > now + DAY_MS;
const entriesAs = (prefix, versions) => Object.entries(versions).map(([area, version]) => [prefix + area, version]);
const maxOf = (numbers) => Math.max(0, ...numbers);

class PageNode {
  constructor({ node, areas, root_public: pinned }, roots) {
    Object.assign(this, { node, areas, pinned, enrolled: areas, roots, place: 0, knowsTime: false });
    Object.assign(this, { sets: {}, plans: {}, policies: {}, epochs: {}, waiting: {}, missing: {} });
  }
  // the keys of all areas, those of the newest set first: `find` takes what it says of a key
  get keySet() {
    const newestFirst = Object.values(this.sets).sort((one, other) => other.set.version - one.set.version);
    const former = () => msOf(this.roots.at(-1).issued_at) + 7 * DAY_MS;
    const endOf = ({ set, isFormer }) => Math.min(msOf(set.expires_at), isFormer ? former() : Infinity);
    const administrators = maxOf([1, ...newestFirst.map(({ set }) => set.administrators)]);
    return { administrators, keys: newestFirst.flatMap((one) => one.set.keys.map((key) => ({ ...key, ends: endOf(one) }))) };
  }
  async takes({ at, topic, text }) {
    const [now, levels] = [at === null ? null : msOf(at), topic.split("/").slice(2)];
    if (now !== null && !this.knowsTime) await this.learnTime(now);
    const kind = levels[2] === "place" ? "place" : levels[0];
    const act = { roots: this.takeRoots, keys: this.takeKeys, time: this.takeTime }[kind] ?? this.takeDocument;
    const why = await orRefused(() => act.call(this, text, now, levels[1], kind));
    if (["unknown-key", "expired", "far"].includes(why) && act === this.takeDocument) this.waiting[topic] = text;
    this.missing = Object.fromEntries(Object.entries(this.missing).filter(([what, { version }]) => this.lacks(what, version)));
    return why === undefined;
  }
  async learnTime(now) {
    this.knowsTime = true;
    for (const [area, { set }] of Object.entries(this.sets)) if (isFar(set.version, now)) delete this.sets[area];
    await this.judgeAgain(now);
  }
  async judgeAgain(now) {
    for (const [target, { text }] of Object.entries(this.plans)) {
      const why = await verdictOf(() => checked(text, "loa-plan", this.keySet, now));
      if (why !== "ok" && why !== "expired") delete this.plans[target];
    }
    const early = Object.entries(this.waiting);
    this.waiting = {};
    const at = now === null ? null : new Date(now).toISOString();
    for (const [topic, text] of early) await this.takes({ at, topic, text });
  }
  async takeRoots(text, now) {
    const roots = await rootsAfter(this.pinned, JSON.parse(text));
    if (this.roots.some((one, n) => JSON.stringify(one) !== JSON.stringify(roots[n]))) refuse("unknown-key");
    if (roots.length === this.roots.length) refuse("old");
    this.roots = roots;
    for (const one of Object.values(this.sets)) {
      one.isFormer = (await verdictOf(() => keySetBy(roots.at(-1), one.text))) !== "ok";
    }
    await this.judgeAgain(now);
  }
  async takeKeys(text, now, area) {
    const [root, held] = [this.roots.at(-1), this.sets[area]];
    const set = await keySetBy(root, text);
    if (!this.areas.includes(area) || (set.area ?? this.enrolled[0]) !== area) refuse("outside-scope");
    if (root.version > 0 && msOf(set.issued_at) >= msOf(root.expires_at)) refuse("expired");
    if (isFar(set.version, now) || (now !== null && now >= msOf(set.expires_at))) refuse("expired");
    if (held && !held.isFormer && set.version <= held.set.version) refuse("old");
    this.sets[area] = { set, text, isFormer: false };
    await this.judgeAgain(now);
  }
  async takeDocument(text, now, target, kind) {
    if (kind === "place") return this.takePlace(await ruled(text, "loa-place", this.areas, this.keySet, now), now);
    const byOne = kind === "plan" ? await checkedBy(text, "loa-plan", this.keySet, now) : null;
    const message = byOne ? byOne[0] : await ruled(text, "loa-policy", this.areas, this.keySet, now);
    if (byOne) this.follow(message.epoch, byOne[1].kid, now);
    if (isFar(message.version, now)) refuse("far");
    const ours = kind === "plan" ? [...this.areas, this.node] : this.areas;
    if (message.target !== target || !ours.includes(target)) refuse("other-target");
    const store = kind === "plan" ? this.plans : this.policies;
    const { epoch = 0, version = 0 } = store[target] ?? {};
    const isNewer = kind === "plan" && message.epoch !== epoch ? message.epoch > epoch : message.version > version;
    if (!isNewer) refuse("old");
    store[target] = { ...message, text };
  }
  takePlace(place, now) {
    if (isFar(place.version, now)) refuse("far");
    const isOurs = [place.node, ...place.further_nodes].includes(this.node);
    if (!isOurs || place.areas[0] !== this.enrolled[0]) refuse("other-target");
    if (place.version <= this.place) refuse("old");
    const left = this.areas.filter((area) => !place.areas.includes(area));
    for (const area of left) for (const held of [this.sets, this.plans, this.policies]) delete held[area];
    for (const area of left) for (const kind of ["keys/", "policy/"]) delete this.missing[kind + area];
    Object.assign(this, { place: place.version, areas: place.areas });
  }
  follow(epoch, kid, now) {
    if (isFar(epoch, now)) refuse("far");
    const isKnown = ([one]) => this.keySet.keys.some((key) => key.kid === one);
    this.epochs = Object.fromEntries(Object.entries(this.epochs).filter(isKnown));
    if (epoch < maxOf(Object.values(this.epochs))) refuse("former-leader");
    this.epochs[kid] = maxOf([epoch, this.epochs[kid] ?? 0]);
  }
  async takeTime(text, now) {
    const [reply, key] = await checkedBy(text, "loa-time", this.keySet, now);
    const at = reply.replied_us / 1000;
    if (reply.node !== this.node) refuse("other-target");
    this.follow(reply.epoch, key.kid, at);
    const named = [...entriesAs("keys/", reply.keys), ...entriesAs("policy/", reply.policies)];
    const ours = named.filter(([what]) => this.areas.includes(what.split("/")[1]));
    if (reply.place !== null) ours.push(["place", reply.place]);
    const since = (what) => Math.min(at, this.missing[what]?.since ?? at);
    const lacking = ours.filter(([what, version]) => !isFar(version, at) && this.lacks(what, version));
    this.missing = Object.fromEntries(lacking.map(([what, version]) => [what, { version, since: since(what) }]));
  }
  lacks(what, newest) {
    const [kind, area] = what.split("/");
    if (kind !== "keys") return newest > (kind === "place" ? this.place : (this.policies[area]?.version ?? 0));
    const held = this.sets[area];
    return held === undefined || (held.isFormer ? newest !== held.set.version : newest > held.set.version);
  }
  told(asked) {
    const versionsOf = (kind, held) => entriesAs(kind, held).map(([what, one]) => [what, (one.set ?? one).version]);
    const held = [["keys/", this.sets], ["plan/", this.plans], ["policy/", this.policies]].flatMap((one) => versionsOf(...one));
    const isLonger = (ms, what) => Object.entries(this.missing).some(([one, { since }]) => what.test(one) && asked - since > ms);
    const begins = isLonger(DAY_MS, /^(keys|place)/) ? "nothing" : isLonger(3600000, /./) ? "emergencies" : "all";
    return { areas: this.areas, held: Object.fromEntries(held), missing: Object.keys(this.missing).sort(), begins };
  }
}

const answersOfDocuments = (vectors) =>
  inTurn(vectors.cases, async ({ events, asked }) => {
    const node = new PageNode(vectors, await rootsAfter(vectors.root_public, { sets: [] }));
    return { taken: await inTurn(events, (event) => node.takes(event)), ...node.told(msOf(asked)) };
  });

async function answersOfReceipts(vectors) {
  const keySet = await byRoot(vectors.key_set, vectors.root_public);
  const seed = vectors.private.match(/../g).map((pair) => parseInt(pair, 16));
  const chain = [];
  for (const { payload } of vectors.chain) {
    const { seq, previous } = JSON.parse(payload);
    if (seq !== chain.length + 1 || previous !== (chain.at(-1)?.id ?? "0".repeat(64))) refuse("chain");
    const text = await signedReceipt(payload, vectors.kid, seed);
    chain.push({ payload, text, id: await sha256(bytesOf(text)) });
  }
  const deleted = await inTurn(vectors.answers, async ({ text }) => {
    const answer = await orRefused(() => deletedBy(text, vectors, keySet));
    return Array.isArray(answer) ? answer : [];
  });
  const judged = await inTurn(vectors.cases, ({ text }) => verdictOf(() => judgedReceipt(text, vectors)));
  return { chain, deleted, judged };
}

// ---- Clock

const [USUAL_DRIFT, WALK] = [40e-6, 0.5e-6 ** 2 / 1800];
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
  const excessAt = (b) => trips.reduce((sum, one) => sum + one + 0.0006, 0) - count * quickest(b).reduce((u, d) => u + d);
  const worth = (b) => (2 - 2 * count) * Math.log(excessAt(b)) - b ** 2 / (2 * USUAL_DRIFT ** 2);
  let [low, high] = [-500e-6, 500e-6];
  for (let n = 0, third = (high - low) / 3; n < 60; n += 1, third = (high - low) / 3)
    [low, high] = worth(low + third) < worth(high - third) ? [low + third, high] : [low, high - third];
  const [floor, top] = [quickest(low).reduce((u, d) => u + d), worth(low)];
  const reach = (sign, far = 1e-8) => (far > 500e-6 || worth(low + sign * far) < top - 12 ? far : reach(sign, 2 * far));
  const [first, step] = [low - reach(-1), (reach(-1) + reach(1)) / 400];
  const lines = Array.from({ length: 401 }, (_, n) => first + n * step).map((b) => [b, ...quickest(b), Math.exp(worth(b) - top)]);
  const mean = (of) => lines.reduce((sum, [b, u, d, p]) => sum + p * of(b, (u - d) / 2), 0) / lines.reduce((sum, one) => sum + one[3], 0);
  const [b, a] = [mean((one) => one), mean((_, one) => one)];
  const [varA, varB] = [mean((_, one) => (one - a) ** 2) + ((Math.max(excess, 0.0003) / count) ** 2 + 0.0003 ** 2 / count) / 2, mean((one) => (one - b) ** 2)];
  return [{ at, base, a, b, varA, varB, cov: mean((one, offset) => (one - b) * (offset - a)) }, Math.min(shortest, floor)];
}

const startedLine = (one, b = 0, varB = USUAL_DRIFT ** 2) =>
  ({ at: middleOf(one), base: offsetOf(one), a: 0, b, varA: Math.max(1, tripOf(one) / 2) ** 2, varB, cov: 0 });

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

const answersOfClocks = ({ cases }) =>
  cases.map(({ events, asked }) => {
    const clock = new PageClock();
    events.forEach(({ exchange, told }) => (exchange ? clock.exchange(exchange) : clock.source(told)));
    return asked.map((one) => clock.at(one.own_us));
  });

window.reader = {
  ...{ "clocks.json": answersOfClocks, "receipts.json": answersOfReceipts, "chunks.json": answersOfChunks },
  ...{ "signatures.json": answersOfSignatures, "passkeys.json": answersOfSignatures, "roots.json": answersOfRoots },
  ...{ "approvals.json": answersOfApprovals, "calls.json": answersOfCalls, "sounds.json": answersOfSounds },
  ...{ "renditions.json": (vectors) => vectors.cases.map(renditionOf), "documents.json": answersOfDocuments },
  ...{ "authors.json": answersOfApprovals, "administrators.json": answersOfAdministrators },
};
