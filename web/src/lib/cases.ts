// One made-up organisation for each principle: which controls its story speaks of, and the commands that show them. The story itself is in
// the messages (principles.cases.p1 …). Only commands this version has, and no result a program of today cannot give.
export interface Case {
  controls: string[];
  commands: string[];
}
export const cases: Case[] = [
  {
    controls: ['P1-03', 'P1-05'],
    commands: [
      'entente supply scan portal.cdx.json --db advisories.idx --kev kev.json --fail-on kev',
      'entente attest org.toml --control P1-05 --date 2026-10-12 --file reports/exercise.pdf --key auditor.key',
      'entente assess org.toml',
    ],
  },
  {
    controls: ['P2-01', 'P2-05'],
    commands: [
      'entente controls show P2-05',
      'entente attest org.toml --control P2-05 --date 2026-09-03 --file reports/source-address.pdf --key auditor.key',
      'entente assess org.toml',
    ],
  },
  {
    controls: ['P3-07', 'P3-02'],
    commands: [
      'entente controls list --principle 3 --role election-authority',
      'entente attest org.toml --control P3-07 --date 2026-03-20 --file exercise/report.pdf --key observer.key',
      'entente assess org.toml',
    ],
  },
  {
    controls: ['P4-05', 'P4-07'],
    commands: [
      'entente attest org.toml --control P4-05 --date 2026-05-18 --text "Register of trade secrets reviewed" --key lawyer.key',
      'entente assess org.toml',
      'entente reproduce assessment',
    ],
  },
  {
    controls: ['P5-04', 'P5-02'],
    commands: [
      'entente attest org.toml --control P5-04 --date 2026-06-30 --file reports/customers.pdf --claims partial --key auditor.key',
      'entente assess org.toml',
    ],
  },
  {
    controls: ['P6-01', 'P6-02', 'P6-03'],
    commands: [
      'entente supply check release/*.cdx.json',
      'entente supply scan release/*.cdx.json --db advisories.idx --vex maker.openvex.json --explain',
      'entente assess org.toml --key org.key --ledger ledger --ledger-key log.key',
    ],
  },
  {
    controls: ['P7-01', 'P7-05', 'P7-08'],
    commands: [
      'entente controls list --principle 7 --class M',
      'entente attest org.toml --control P7-08 --date 2026-04-09 --text "Two open courses a year for clinics of the region"',
      'entente assess org.toml',
    ],
  },
  {
    controls: ['P8-01', 'P8-05'],
    commands: [
      'entente attest org.toml --control P8-01 --date 2026-06-01 --text "We never hack back."',
      'entente attest org.toml --control P8-05 --date 2026-08-14 --file orders/summary.pdf --key bar.key',
      'entente assess org.toml',
    ],
  },
  {
    controls: ['P9-01', 'P9-05', 'P9-06'],
    commands: [
      'entente registry contacts make contacts.json --key alpha.key --out opened.json',
      'entente attest org.toml --control P9-06 --date 2026-09-30 --file review/report.pdf --key peer.key',
      'entente verify assessment --key org.key.vkey --log log.key.vkey',
    ],
  },
];
