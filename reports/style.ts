/** Of the coverage page: light and dark, narrow and printed. */
export const style = `
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5c6b7a;--line:#d9e0e7;--paper:#fff;--card:#f5f7f9;--good:#1f7a4d;--bad:#b3261e;--warn:#8a5d00;--band:#b3261e4d}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa8b5;--line:#33404c;--paper:#12181e;--card:#1b232b;--good:#5cc28f;--bad:#ff8a80;--warn:#e0b050;--band:#ff8a8059}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:1160px;padding:2rem 1.5rem 4rem;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem}h2{margin:2.2rem 0 .2rem;font-size:1.15rem}p{margin:.3rem 0;color:var(--soft)}p b{color:var(--ink)}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(118px,1fr));gap:.6rem;margin:1.4rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem .9rem}.card b{display:block;font-size:1.5rem;line-height:1.3;overflow-wrap:normal}.card span{color:var(--soft);font-size:.84rem;line-height:1.3;display:block}
.notice{border:1px solid var(--bad);border-radius:8px;padding:.8rem 1.1rem;margin:0 0 1.4rem}.notice h2{margin:0;color:var(--bad)}.notice ul{margin:.4rem 0 0;padding-left:1.2rem}
table{border-collapse:collapse;width:100%;font-size:.86rem;margin-top:.5rem}th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:.45rem .8rem .2rem 0;vertical-align:top}
thead th{border-bottom:1px solid var(--line);padding-bottom:.35rem}tbody{border-bottom:1px solid var(--line)}tr:last-child>td{padding-bottom:.5rem}small{display:block;color:var(--soft);font-size:.78rem;line-height:1.35}
td.name{min-width:170px}td[data-label]{white-space:nowrap}td[data-label] small{white-space:normal}th{overflow-wrap:normal}td[data-label="Restore points"]{min-width:126px}td[data-label="Last sealed data"]{min-width:118px}td.line{width:340px;padding-right:0}.why td{padding-top:0;color:var(--soft)}.accounts{width:auto;min-width:55%}.accounts tr{border-bottom:1px solid var(--line)}
.chip{border:1px solid currentColor;border-radius:99px;padding:.05rem .55rem;font-size:.78rem;font-weight:600;white-space:nowrap}
svg{width:100%;min-width:160px;max-width:360px;height:auto;display:block}svg path{fill:none;stroke-width:2}.axis{stroke:var(--line);stroke-width:1!important}path.good{stroke:var(--good)}path.old{stroke:var(--soft);opacity:.5}path.part{stroke:var(--warn)}.fail{fill:var(--bad)}.gap{fill:var(--band)}
.legend{font-size:.82rem}.legend span{white-space:nowrap;margin-right:.9rem}.legend svg{display:inline-block;width:9px;min-width:0;vertical-align:-3px;margin-right:.35rem}
@media(max-width:900px){body{padding:1.2rem 1rem 3rem}h1{font-size:1.35rem}table:not(.accounts) thead{display:none}table:not(.accounts) tr{display:grid;grid-template-columns:repeat(3,1fr);gap:.3rem 1rem;padding:.5rem 0 .4rem}table:not(.accounts) tr.why{display:block;padding-top:0}
table:not(.accounts),table:not(.accounts) tbody{display:block}table:not(.accounts) td{display:block;padding:0}td[data-label]:not([data-label=State])::before{content:attr(data-label);display:block;color:var(--soft);font-size:.75rem}
td.name{min-width:0;grid-column:1/3}td[data-label=State]{text-align:right}td[data-label]{white-space:normal;min-width:0!important}td.line{grid-column:1/-1;width:auto}td.line svg{max-width:none}.cards{grid-template-columns:repeat(auto-fit,minmax(112px,1fr));gap:.5rem}.accounts{width:100%}}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--card:#fff;--good:#1f7a4d;--bad:#b3261e;--warn:#8a5d00;--band:#b3261e4d}@page{size:A4 landscape;margin:12mm}body{padding:0;max-width:none;font-size:11px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}tbody,.card,.notice{break-inside:avoid}thead{display:table-header-group}h2,.legend{break-after:avoid}}`;
