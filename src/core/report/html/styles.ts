/** The page: type, colour, tables. Light and dark by the reader's preference; paper is light and shows what is folded. */
export const pageStyles = `
:root{--ink:#14181f;--soft:#515a67;--line:#d9dde3;--ground:#fff;--raised:#f5f6f8;--accent:#0b5bd3;--bad:#b3191f;--warn:#7a4d00;--warn-ground:#fff4dc;
--c0:#2463c9;--c1:#bd5207;--c2:#0c8072;--c3:#8a3fc4;--c4:#bd2467;--c5:#667500;--c6:#8a5527;--c7:#0a7ba5;--floor:#69717d;
color-scheme:light dark;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;color:var(--ink);background:var(--ground)}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#a5aebb;--line:#333b47;--ground:#12161c;--raised:#1a2028;--accent:#7db2ff;--bad:#ff8a85;--warn:#ffd27a;--warn-ground:#33290f;
--c0:#6ea8ff;--c1:#ff9a52;--c2:#3fc7b4;--c3:#c795f5;--c4:#ff7fb0;--c5:#bccb45;--c6:#d6a06c;--c7:#56c2ea;--floor:#929baa}}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}.c6{--c:var(--c6)}.c7{--c:var(--c7)}.c-floor{--c:var(--floor)}
*{box-sizing:border-box}
body{margin:0;-webkit-text-size-adjust:100%;overflow-wrap:break-word}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem;z-index:1}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.eyebrow{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;margin:0 0 1.25rem;color:var(--soft);font-size:.875rem}
.eyebrow b{color:var(--ink);letter-spacing:.01em}
.face{display:inline-block;margin:0 0 1rem;padding:.3rem .7rem;border-radius:.3rem;background:var(--warn-ground);color:var(--warn);font-weight:600;font-size:.9375rem}
h1{margin:0 0 1rem;max-width:24em;font-size:clamp(1.65rem,4.6vw,2.7rem);line-height:1.14;letter-spacing:-.02em;font-weight:700;text-wrap:balance}
.lead{margin:.35rem 0;max-width:44em;font-size:1.0625rem;color:var(--soft)}
nav{margin:1.75rem 0 0;border-block:1px solid var(--line)}
nav ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:0;padding:.35rem 0;list-style:none;font-size:.9375rem}
nav a{display:inline-block;padding:.3rem 0;text-decoration:none}nav a:hover{text-decoration:underline}
section{margin-top:3.25rem;scroll-margin-top:1rem}
h2{margin:0 0 1rem;font-size:1.375rem;letter-spacing:-.01em;line-height:1.25}
h3{margin:1.75rem 0 .5rem;font-size:1rem}
p,ul,dl{max-width:46rem}
ul{padding-left:1.2rem}li{margin:.3rem 0}
small{font-size:.8125em;font-weight:400;color:var(--soft)}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.note,.muted{color:var(--soft)}.note{font-size:.9375rem}
.bad{color:var(--bad)}
.scroll{overflow-x:auto;margin:0 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums}
caption{padding:0 0 .5rem;text-align:left;color:var(--soft);font-size:.875rem}
th,td{padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:baseline}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.8125rem;font-weight:600;color:var(--soft);vertical-align:bottom}
tbody th{font-weight:600;white-space:nowrap}.ranking tbody th{white-space:normal}
.number{text-align:right;white-space:nowrap}thead .number{white-space:normal}
.interval{white-space:nowrap}td .interval,td .needed{display:block}
.ranking{font-size:1rem}
.rank{width:3.2rem}.ranking td:first-child{font-weight:700;font-size:1.0625rem}.ranking td:nth-child(3){font-weight:700}
.ranking small{display:block}.ranking thead small{display:inline}.ranking td .muted{font-weight:400;font-size:.9375rem}
.swatch{display:inline-block;width:.7em;height:.7em;margin-right:.5em;border-radius:2px;background:var(--c)}
.title{margin-left:1.25em}
.unranked dl,.words{margin:0}
.unranked div,.words div{display:grid;grid-template-columns:minmax(8rem,11rem) 1fr;gap:0 1rem;padding:.45rem 0;border-bottom:1px solid var(--line)}
dt{font-weight:600}dd{margin:0;min-width:0;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem 1.25rem;max-width:none;margin:1rem 0}
.facts dt{font-size:.8125rem;font-weight:400;color:var(--soft)}
.remarks li{max-width:46rem}
details{border-bottom:1px solid var(--line)}
details:first-of-type{border-top:1px solid var(--line)}
summary{padding:.7rem 0;cursor:pointer;font-weight:600}
summary .title{display:inline;margin-left:.75em}
details[open]{padding-bottom:1rem}
@media (max-width:40rem){
main{padding:1.5rem 1rem 3rem}section{margin-top:2.5rem}
.wide,.ranking .title{display:none}.rank{width:2.4rem}tbody th{white-space:normal}.ranking{font-size:.9375rem}.ranking th,.ranking td{padding-right:.5rem}
.unranked div,.words div{grid-template-columns:1fr}
.facts{grid-template-columns:1fr 1fr}
summary .title{display:block;margin-left:1.6em}
}
@media print{
:root{font-size:10.5pt}main{max-width:none;padding:0}nav,.skip{display:none}
section{margin-top:1.6rem}h2,h3,caption,summary{break-after:avoid}tr,figure .row,dl div,li{break-inside:avoid}
details::details-content{content-visibility:visible;display:block;height:auto;opacity:1}
.scroll{overflow:visible}table{font-size:8.5pt}.ranking{font-size:10pt}
a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
