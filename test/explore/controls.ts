/**
 * Rules that are switched off, one at a time, in the built text of the car's own functions: the search must
 * find a story that breaks a property without it. `find` stands once in the file.
 */
export interface Control {
  readonly rule: string;
  /** Below firmware-sim/rights, as it is built. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The world in which it is found. */
  readonly world: string;
}

export const CONTROLS: readonly Control[] = [
  {
    rule: 'R1: what leaves a slot is remembered',
    file: 'departure.js',
    find: '[removalOf(key, limit, context)]',
    replace: '[]',
    world: 'removal',
  },
  {
    rule: 'R1: with the tolerance',
    file: 'departure.js',
    find: 'limit: upToNow(runningTime(rights.clock, wallMs), dateOf(key))',
    replace: 'limit: { until: dateOf(key) }',
    world: 'removal',
  },
  {
    rule: 'R2: what a removed owner signed is void',
    file: 'admission.js',
    find: ' || isVoid(rights, owner, first.issuedAt)',
    replace: '',
    world: 'an owner removed',
  },
  {
    rule: 'R2: a removed owner lifts nothing by what he signed before',
    file: 'take-list.js',
    find: ' || isVoid(before, owner, part.issuedAt)',
    replace: '',
    world: 'a list of an owner removed',
  },
  {
    rule: 'R2: what a removed owner took away stays',
    file: 'departure.js',
    find: 'if (oldest === void 0 || former.length <= MOST_FORMER_OWNERS) return { ...rights, owners };',
    replace: 'return { ...rights, owners: owners.filter((each) => !former.includes(each)) };',
    world: 'an owner removed',
  },
  {
    rule: 'R2: what an owner signed while he was suspended is void, also when he has paired again',
    file: 'pairing.js',
    find: 'voidMeanwhile(before, after, context)',
    replace: 'after',
    world: 'a suspended owner',
  },
  {
    rule: 'R3: an entry covers the tolerance',
    file: 'take-list.js',
    find: 'Math.min(MAX_TIME, since + TOLERANCE_SECONDS)',
    replace: 'since',
    world: 'dates ahead',
  },
  {
    rule: 'R4: nothing of a suspended owner is taken',
    file: 'admission.js',
    find: 'owner === void 0 || isSuspended(suite, rights, owner)',
    replace: 'owner === void 0',
    world: 'a suspended owner',
  },
  {
    rule: 'R4: keys that he let in later are out',
    file: 'take-list.js',
    find: 'revoked.length === 0 && !isOfSuspended(rights, key, entries, suite)',
    replace: 'revoked.length === 0',
    world: 'a suspended owner',
  },
  {
    rule: 'R4: what he dated back is void when he counts again',
    file: 'take-list.js',
    find: `  return voidMeanwhile(
    rights,`,
    replace: `  return ((_, after) => after)(
    rights,`,
    world: 'a suspended owner',
  },
  {
    rule: 'R5: a revocation leaves a mark',
    file: 'take-list.js',
    find: 'limit: upToNow(now, dateOf(key), until)',
    replace: 'limit: { until: 0 }',
    world: 'full lists of two',
  },
  {
    rule: 'R5: which is not for all times',
    file: 'take-list.js',
    find: 'limit: upToNow(now, dateOf(key), until)',
    replace: 'limit: { until }',
    world: "the car's full list",
  },
  {
    rule: 'R6: a mark stands with the owner whose grant the key held',
    file: 'departure.js',
    find: 'const giver = grant && ownerIn(rights, grant.terms.ownerSlot);',
    replace: 'const giver = grant && rights.keys.findLast(isOwner);',
    world: 'full lists of two',
  },
  {
    rule: 'R7: what folds raises the floor',
    file: 'revocations.js',
    find: 'floor: oldest.reduce((soFar, entry) => later(soFar, folded(entry, now)), floor)',
    replace: 'floor',
    world: "an owner's full list",
  },
  {
    rule: 'R7: the floor voids what was signed at it, too',
    file: 'limit.js',
    find: 'pending !== void 0 || date <= until',
    replace: 'pending !== void 0 || date < until',
    world: "an owner's full list",
  },
  {
    rule: 'R7: what concerns a key in a slot never folds',
    file: 'revocations.js',
    find: '.filter(({ fingerprint }) => !held(fingerprint))',
    replace: '',
    world: "an owner's full list",
  },
  {
    rule: 'R7: a floor is not for all times',
    file: 'revocations.js',
    find: 'upToNow(now, 0, Math.max(until, pending ?? 0))',
    replace: '({ until })',
    world: "an owner's full list",
  },
  {
    rule: 'R8: a revocation counts in every part',
    file: 'take-list.js',
    find: 'kind === "revoked" || !old && kind === "suspended"',
    replace: '!old && kind !== "resumed"',
    world: 'parts',
  },
  {
    rule: 'R8: an old list suspends nobody whom a later one has resumed',
    file: 'take-list.js',
    find: 'kind === "revoked" || !old && kind === "suspended"',
    replace: 'kind !== "resumed"',
    world: 'a restored phone',
  },
  {
    rule: 'R8: and of no later date',
    file: 'take-list.js',
    find: 'entry.issuedAt > issuedAt || ',
    replace: '',
    world: 'a restored phone',
  },
  {
    rule: 'R8: nothing is lifted by being left out',
    file: 'take-list.js',
    find: ' || !resumed.some((each) => sameBytes(each, entry.fingerprint))',
    replace: '',
    world: 'a restored phone',
  },
  {
    rule: 'R8: only a whole list lifts',
    file: 'take-list.js',
    find: 'incoming.have !== 2 ** incoming.parts - 1',
    replace: 'false',
    world: 'parts',
  },
  {
    rule: 'R9: every link is judged',
    file: 'admission.js',
    find: 'path.some(({ issuedAt }) => isDatedAhead(now, issuedAt))',
    replace: 'isDatedAhead(now, path[0].issuedAt)',
    world: 'handed on',
  },
  {
    rule: 'R9: lists are judged',
    file: 'take-list.js',
    find: 'if (isDatedAhead(now, part.issuedAt)) return "dated-ahead";',
    replace: '',
    world: 'dates ahead',
  },
  {
    rule: 'R9: by the running clock alone',
    file: 'admission.js',
    find: 'const now = runningTime(before.clock, wallMs);',
    replace: 'const now = before.clock.lost ? void 0 : timeForRecords(before.clock, wallMs);',
    world: 'dates ahead',
  },
  {
    rule: 'R10: while the time is lost a mark covers every date',
    file: 'limit.js',
    find: '{ until: least, pending: most }',
    replace: '{ until: least }',
    world: 'lost time',
  },
  {
    rule: 'R10: and is set with the clock',
    file: 'revocations.js',
    find: 'entries: entries.map',
    replace: 'entries: [].map',
    world: 'lost time',
  },
  {
    rule: 'R10: a lost clock learns nothing by what is signed',
    file: 'clock.js',
    find: '!clock.lost && signedAt > clock.floor',
    replace: 'signedAt > clock.floor',
    world: 'lost time',
  },
  {
    rule: 'R11: what concerns owners stays',
    file: 'rekey.js',
    find: '.filter((entry) => concerning.includes(entry))',
    replace: '.filter(() => false)',
    world: 're-key',
  },
  {
    rule: 'R11: marks and floors are no later than the new clock',
    file: 'rekey.js',
    find: 'const limited = (limit) => ({ until: notLater(settled(limit, seconds).until) });',
    replace: 'const limited = (limit) => settled(limit, seconds);',
    world: 'an owner removed and the clock set',
  },
  {
    rule: 'R11: what a removed owner signed stays void',
    file: 'rekey.js',
    find: 'entry.kind === "removed" || concerns(entry)',
    replace: 'concerns(entry)',
    world: 'an owner removed before a re-key',
  },
  {
    rule: 'R11: lists of another epoch are void',
    file: 'take-list.js',
    find: ' || part.epoch !== before.epoch',
    replace: '',
    world: 're-key',
  },
  {
    rule: 'R12: phones are told the mark',
    file: 'terms.js',
    find: 'mark: mark >= now ? mark : 0',
    replace: 'mark: 0',
    world: 'removal',
  },
  {
    rule: 'pairing: a known key keeps its signing key',
    file: 'pairing.js',
    find: 'return "key-mismatch"',
    replace: 'null',
    world: 'an owner removed',
  },
  {
    rule: 'pairing: a known key gets the role of the window',
    file: 'pairing.js',
    find: 'before.keys.some(isOwner) ? asked : "owner"',
    replace: 'before.keys.some(isOwner) && !(same && isOwner(same)) ? asked : "owner"',
    world: 'an owner removed',
  },
  {
    rule: 'pairing: the last owner is not lowered',
    file: 'pairing.js',
    find: 'return "last-owner"',
    replace: 'null',
    world: 'removal',
  },
  {
    rule: 'pairing: what an owner signed is void when he is one no more',
    file: 'pairing.js',
    find: 'same !== void 0 && isOwner(same) && role !== "owner" ? withoutGrantsOf(before, same, context)',
    replace: 'false ? before',
    world: 'an owner removed',
  },
  {
    rule: 'removal: what the key gave goes with it',
    file: 'departure.js',
    find: 'return leave(rights, [removal, ...fallen], context);',
    replace: 'return leave(rights, [removal], context);',
    world: 'handed on',
  },
];
