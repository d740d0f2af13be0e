/** The page: type, colour, tables, figures. Light and dark by the reader's preference; paper is light and shows what is folded. */
export const styles = `
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
.eyebrow span{min-width:0;overflow-wrap:anywhere}.eyebrow b{color:var(--ink);letter-spacing:.01em}
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
thead small{font-size:.75rem}
.sub{white-space:nowrap}td .sub{display:block}
.ranking{font-size:1rem}
.rank{width:3.2rem}.ranking td:first-child{font-weight:700;font-size:1.0625rem}.ranking td:nth-child(3){font-weight:700}
.ranking small{display:block}.ranking thead small{display:inline}.ranking td .muted{font-weight:400;font-size:.9375rem}
.swatch{display:inline-block;width:.7em;height:.7em;margin-right:.5em;border-radius:2px;background:var(--c)}
.title{margin-left:1.25em}
.terms{margin:0}
.terms div{display:grid;grid-template-columns:minmax(8rem,11rem) 1fr;gap:0 1rem;padding:.45rem 0;border-bottom:1px solid var(--line)}
dt{font-weight:600}dd{margin:0;min-width:0;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem 1.25rem;max-width:none;margin:1rem 0}
.facts dt{font-size:.8125rem;font-weight:400;color:var(--soft)}
details{border-bottom:1px solid var(--line)}
details:first-of-type{border-top:1px solid var(--line)}
summary{padding:.7rem 0;cursor:pointer;font-weight:600}
summary .title{display:inline;margin-left:.75em}
details[open]{padding-bottom:1rem}
@media (max-width:40rem){
main{padding:1.5rem 1rem 3rem}section{margin-top:2.5rem}
.wide,.ranking .title{display:none}.rank{width:2.4rem}tbody th{white-space:normal}.ranking{font-size:.9375rem}.ranking th,.ranking td{padding-right:.5rem}
.terms div{grid-template-columns:1fr}
.facts{grid-template-columns:1fr 1fr}
summary .title{display:block;margin-left:1.6em}
}
@media print{
:root{font-size:10.5pt}main{max-width:none;padding:0}nav,.skip{display:none}
section{margin-top:1.6rem}h2,h3,caption,summary{break-after:avoid}tr,figure .row,dl div,li{break-inside:avoid}
.readings{display:none}
details::details-content{content-visibility:visible;display:block;height:auto;opacity:1}
.scroll{overflow:visible}table{font-size:8.5pt}.ranking{font-size:10pt}
a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
/* Figures */
figure{margin:0 0 2.5rem}
figcaption{max-width:46rem;margin:0 0 .6rem;color:var(--soft);font-size:.9375rem}
figure svg{display:block;width:100%;height:100%;overflow:visible}
figure path{vector-effect:non-scaling-stroke;fill:none}
.grid{stroke:var(--line);stroke-width:1;opacity:.55}.grid.strong{opacity:1}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;margin:0 0 .75rem;max-width:none;font-size:.875rem;color:var(--soft)}
.legend span{display:inline-flex;align-items:center;gap:.45rem}
.legend i{display:inline-block;flex:none}
.row{display:grid;grid-template-columns:10.5rem minmax(0,1fr);gap:0 1rem;align-items:end}
.label{padding-bottom:.15rem;font-size:.9375rem;line-height:1.25;overflow-wrap:anywhere}
.label span{display:block;color:var(--soft);font-size:.8125rem;font-variant-numeric:tabular-nums}
.ridge .row:not(.foot){padding-top:.55rem}
.plot{position:relative}.picture{height:100%}
.readings input{position:absolute;top:0;bottom:0;height:100%;margin:0;appearance:none;cursor:crosshair}
.readings input:hover,.readings input:focus{background:var(--accent);opacity:.25;outline:1px solid var(--accent);outline-offset:0}
.readings span{position:absolute;right:0;bottom:100%;z-index:1;max-width:100%;padding:.15rem .5rem;border-radius:.25rem;background:var(--ink);color:var(--ground);font-size:.8125rem;font-variant-numeric:tabular-nums;clip-path:inset(50%);pointer-events:none}
.readings input:focus+span{clip-path:none}.readings input:hover+span{clip-path:none;z-index:2}
.tail .readings span,.split .readings span{bottom:auto;top:calc(100% + 1.7rem)}
.ridge .plot{height:3.6rem}
.area{fill:var(--c)!important;opacity:.8;stroke:none}
.base{stroke:var(--soft);stroke-width:1}
.floor{stroke:var(--floor);stroke-width:1.5;stroke-dasharray:3 3}
.mark{position:absolute;bottom:0;width:0}
.mark.p50,.mark.p99{height:100%;margin-left:-1px;border-left:2px solid var(--ink)}
.mark.p99{height:45%;border-left-style:dotted;border-left-width:3px}
.mark.cold{bottom:-.28rem;width:.62rem;height:.62rem;margin-left:-.31rem;border:2px solid var(--c,var(--soft));border-radius:50%;background:var(--ground)}
.legend .mark{position:static;margin:0;width:auto}.legend .mark.p50,.legend .mark.p99{height:1rem}.legend .mark.cold{width:.62rem;height:.62rem}
.floor-key{width:0;height:1rem;border-left:2px dashed var(--floor)}
.axis{position:relative;height:1.6rem;font-size:.8125rem;color:var(--soft);font-variant-numeric:tabular-nums}
.tick{position:absolute;top:.4rem;transform:translateX(-50%);white-space:nowrap}
.axis .first{transform:none}.axis .last{transform:translateX(-100%)}
.frame{position:relative;display:grid;grid-template-columns:3rem minmax(0,1fr)}
.frame .axis{grid-column:2}
.tail .plot{height:clamp(15rem,42vw,22rem);border-left:1px solid var(--soft);border-bottom:1px solid var(--soft)}
.y-axis{position:relative;font-size:.8125rem;color:var(--soft);font-variant-numeric:tabular-nums}
.y-axis .tick{top:auto;right:.5rem;transform:translateY(50%)}
.line{stroke:var(--c);stroke-width:2.5;stroke-linejoin:round}
.dash1{stroke-dasharray:8 4}.dash2{stroke-dasharray:2 4}
.c-floor.line,.c-floor .line{stroke-dasharray:3 3;stroke-width:2}
.key{width:1.6rem!important;height:.6rem!important}
.tail .legend{color:var(--ink)}
.times .row{align-items:stretch;padding:.2rem 0}
.times .label{align-self:center}
.panels{display:flex;gap:3px;min-width:0}
.panel,.foot .panels span{flex:1 1 0;min-width:0}
.panel{height:4.2rem;background:var(--raised);border-bottom:1px solid var(--line)}
.panel.died{border-right:4px solid var(--bad)}
.panel.none{background:none;border:1px dashed var(--line)}
.panel .grid{opacity:1}
.median{stroke:var(--c);stroke-width:3}
.reach{stroke:var(--c);stroke-width:1;opacity:.55}
.failed{stroke:var(--bad);stroke-width:5}
.key-median{width:1rem;border-top:3px solid var(--soft)}.key-reach{height:1rem;border-left:1px solid var(--soft)}
.key-failed{width:.8rem;border-top:5px solid var(--bad)}.key-died{height:1rem;border-left:4px solid var(--bad)}
.foot .panels span{text-align:center;font-size:.8125rem;color:var(--soft);overflow:hidden;white-space:nowrap}
@media (max-width:40rem){
.row{grid-template-columns:minmax(0,1fr)}
.row.foot .label{display:none}
.label span{display:inline;margin-left:.5rem}
.ridge .plot{height:3rem}
.axis .tick:not(.decade):not(.first):not(.last){display:none}
.frame{grid-template-columns:2.4rem minmax(0,1fr)}
}
@media print{figure{margin-bottom:1.4rem}.ridge .plot{height:2.4rem}.tail .plot{height:14rem}.tail{break-inside:avoid}.panel{height:2.6rem}}
/* Points of a chart */
.dot{position:absolute;width:.62rem;height:.62rem;margin:0 0 -.31rem -.31rem;border:2px solid var(--c,var(--soft));border-radius:50%;background:var(--c,var(--soft))}
.dot.p99{background:var(--ground)}
.dot.crossing{border-color:var(--ink);border-radius:0;background:var(--ground);transform:rotate(45deg) scale(.8)}
.legend .dot{position:static;margin:0}
/* Who answered over time */
.split .plot{height:clamp(11rem,30vw,16rem);border-left:1px solid var(--soft);border-bottom:1px solid var(--soft)}
.split .share{fill:var(--c)!important;opacity:.75;stroke:none}
.split .set{stroke:var(--ink);stroke-width:2;stroke-dasharray:6 3}
.split .failed{stroke-width:4}
.split .legend i{width:1rem;height:.8rem;background:var(--c)}.split .legend .set-key{height:0;background:none;border-top:2px dashed var(--ink)}
.bands{grid-column:2;position:relative;height:1.5rem;font-size:.8125rem;color:var(--soft)}
.bands span{position:absolute;top:0;bottom:0;padding:.1rem .3rem;border-left:1px solid var(--line);overflow:hidden;white-space:nowrap;text-overflow:ellipsis}
/* Cold starts */
.waterfall .row{padding-top:.4rem;align-items:center}.waterfall .plot{height:1.6rem}
.waterfall rect{fill:var(--c,var(--soft))}.waterfall .extra{opacity:.35}.waterfall .init{opacity:.65}
.waterfall .legend i{width:1.4rem;height:.8rem;background:var(--soft)}.waterfall .extra-key{opacity:.35}.waterfall .init-key{opacity:.65}
.colds .row:not(.foot){padding-top:.4rem;align-items:center}
.colds .plot{height:2rem}
.mark.alone,.mark.burst,.mark.idle{bottom:50%;width:.66rem;height:.66rem;margin:0 0 -.33rem -.33rem;border:2px solid var(--c,var(--soft))}
.mark.burst{border-radius:50%}
.mark.alone{background:var(--c,var(--soft));transform:rotate(45deg);outline:2px solid var(--ground)}
.legend .mark.alone,.legend .mark.burst,.legend .mark.idle{width:.66rem;height:.66rem;margin:0}
.ranking .wide .sub{max-width:8.5rem;margin-left:auto;white-space:normal}
@media (max-width:40rem){th .title{display:none}.colds .row:not(.foot){padding-top:.6rem}}
`;
