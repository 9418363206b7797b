/** Every way in which a history can be wrong that the checker must find, and the check that must find it. */
import assert from 'node:assert/strict';
import { frame, ok, post, replace, toCid, view, type Frame } from './damaging.ts';
import type { Violation } from './history.ts';
import type { Damageable } from './sound-history.ts';

export const DAMAGES: Record<
  string,
  { readonly finds: Violation['check']; readonly damage: (h: Damageable) => void }
> = {
  'an acknowledged message that is gone': {
    finds: 'C1',
    damage: ({ log }) => replace(log, post('yard', 40), () => null),
  },
  'an acknowledged message that is somewhere else': {
    finds: 'C1',
    damage: ({ sends }) => replace(sends, ok('hall-7'), (entry) => ({ ...entry, seq: 8 })),
  },
  'a retry that was told another place': {
    finds: 'C1',
    damage: ({ sends }) => replace(sends, ok('hall-10'), (entry) => ({ ...entry, seq: 11 })),
  },
  'a message that is stored twice': {
    finds: 'C2',
    damage: ({ log }) =>
      replace(log, post('hall', 5), (entry) => ({ ...entry, clientId: 'hall-3' })),
  },
  'a retry that was stored again at the end': {
    finds: 'C2',
    damage: ({ log }) =>
      log.push({ channel: 'yard', seq: 41, rev: 44, clientId: 'yard-10', author: 'ada' }),
  },
  'two messages in one place': {
    finds: 'C2',
    damage: ({ log }) => replace(log, post('hall', 6), (entry) => ({ ...entry, seq: 5 })),
  },
  'a message that nobody sent': {
    finds: 'C3',
    damage: ({ log }) =>
      log.push({ channel: 'yard', seq: 41, rev: 44, clientId: 'ghost', author: 'ada' }),
  },
  'a message that was refused and is stored': {
    finds: 'C3',
    damage: ({ log }) =>
      log.push({ channel: 'yard', seq: 41, rev: 44, clientId: 'yard-no', author: 'cid' }),
  },
  'a message under another name': {
    finds: 'C3',
    damage: ({ log }) => replace(log, post('hall', 9), (entry) => ({ ...entry, author: 'cid' })),
  },
  'a message in another channel': {
    finds: 'C3',
    damage: ({ log }) =>
      replace(log, post('hall', 40), (entry) => ({ ...entry, channel: 'yard', seq: 41 })),
  },
  'a reader who lacks one': {
    finds: 'C4',
    damage: ({ finalViews }) =>
      replace(finalViews, view('bob', 'hall'), (entry) => ({
        ...entry,
        seqs: entry.seqs.filter((seq) => seq !== 17),
      })),
  },
  'a reader who lacks the last one': {
    finds: 'C4',
    damage: ({ finalViews }) =>
      replace(finalViews, view('ada', 'yard'), (entry) => ({
        ...entry,
        seqs: entry.seqs.slice(0, -1),
      })),
  },
  'a reader who sees one twice': {
    finds: 'C4',
    damage: ({ finalViews }) =>
      replace(finalViews, view('ada', 'yard'), (entry) => ({
        ...entry,
        seqs: [...entry.seqs, 40],
      })),
  },
  'a reader who sees two in another order': {
    finds: 'C4',
    damage: ({ finalViews }) =>
      replace(finalViews, view('cid', 'yard'), ({ seqs, ...entry }) => ({
        ...entry,
        seqs: [2, 1, ...seqs.slice(2)],
      })),
  },
  'a reader who sees one that is not there': {
    finds: 'C4',
    damage: ({ finalViews }) =>
      replace(finalViews, view('cid', 'hall'), (entry) => ({
        ...entry,
        seqs: [...entry.seqs, 41],
      })),
  },
  'somebody removed who still reads': {
    finds: 'C4',
    damage: ({ stays }) =>
      replace(
        stays,
        (stay): stay is typeof stay => stay.user === 'bob' && stay.channel === 'yard',
        (stay) => ({ ...stay, leftRev: 43 }),
      ),
  },
  'a hole in the places': {
    finds: 'C5',
    damage: ({ log }) => replace(log, post('hall', 40), (entry) => ({ ...entry, seq: 42 })),
  },
  'places that begin at two': {
    finds: 'C5',
    damage: ({ log }) => replace(log, post('yard', 1), () => null),
  },
  'a frame that is missing': {
    finds: 'C6',
    damage: ({ views }) => replace(views, frame('ada', 'hall', 12), () => null),
  },
  'a frame that came twice': {
    finds: 'C6',
    damage: ({ views }) =>
      views.splice(
        views.findIndex(frame('ada', 'yard', 12)),
        0,
        ...views.filter(frame('ada', 'yard', 12)),
      ),
  },
  'two frames in the wrong order': {
    finds: 'C6',
    damage({ views }) {
      const [a, b] = [
        views.findIndex(frame('bob', 'yard', 8)),
        views.findIndex(frame('bob', 'yard', 9)),
      ];
      const [first, second] = [views[a], views[b]];
      assert.ok(first && second);
      [views[a], views[b]] = [second, first];
    },
  },
  'a frame that skips a revision': {
    finds: 'C6',
    damage: ({ views }) =>
      replace(views, frame('ada', 'hall', 20), (entry) => ({ ...entry, prev: 18 })),
  },
  'a frame before the client stood anywhere': {
    finds: 'C6',
    damage: ({ views }) =>
      replace(
        views,
        (entry): entry is typeof entry => entry.is === 'placed' && entry.user === 'ada',
        () => null,
      ),
  },
  'a frame whose revisions fall': {
    finds: 'C6',
    damage: ({ views }) =>
      replace(views, frame('ada', 'hall', 20), (entry) => ({ ...entry, revs: [20, 19] })),
  },
  'a frame with a revision beyond its end': {
    finds: 'C6',
    damage: ({ views }) =>
      replace(views, frame('bob', 'hall', 21), (entry) => ({ ...entry, revs: [22] })),
  },
  'an answer that overtook a later question': {
    finds: 'C7',
    damage({ sends, log }) {
      for (const [from, to] of [
        ['yard-11', 14],
        ['yard-14', 11],
      ] as const) {
        replace(sends, ok(from), (entry) => ({ ...entry, seq: to }));
        replace(
          log,
          (entry): entry is typeof entry => entry.clientId === from,
          (entry) => ({ ...entry, seq: to }),
        );
      }
    },
  },
  'an acknowledgement older than an earlier place': {
    finds: 'C7',
    damage: ({ sends }) => replace(sends, ok('hall-30'), (entry) => ({ ...entry, at: 10 })),
  },
  'a change of which a removed member heard': {
    finds: 'C8',
    damage: (history) => toCid(history, 2_160, 25),
  },
  'a change from before somebody joined': {
    finds: 'C8',
    damage: ({ stays }) =>
      replace(
        stays,
        (stay): stay is typeof stay => stay.user === 'ada',
        (stay) => ({ ...stay, joinedRev: 10 }),
      ),
  },
  'a frame to somebody who was never there': {
    finds: 'C8',
    damage: ({ views }) =>
      replace(views, frame('ada', 'yard', 30), (entry) => ({
        ...entry,
        user: 'eve',
        connection: 'eve-1',
      })),
  },
  'a removal that is not felt within the bound': {
    finds: 'C9',
    damage: (history) => toCid(history, 2_950, 20),
  },
  'a removal that is felt late, by a frame that tells nothing': {
    finds: 'C9',
    damage({ views, memberships }) {
      replace(
        memberships,
        (entry): entry is typeof entry => entry.is === 'added',
        () => null,
      );
      const to = { connection: 'cid-1', user: 'cid', channel: 'hall', epoch: 1 };
      const last =
        views
          .filter(
            (entry): entry is Frame =>
              entry.is === 'frame' && entry.user === 'cid' && entry.channel === 'hall',
          )
          .at(-1)?.last ?? 0;
      views.push({ is: 'frame', at: 9_000, ...to, prev: last, last, revs: [] });
    },
  },
};
