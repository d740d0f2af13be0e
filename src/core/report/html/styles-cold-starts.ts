/** The figure of cold starts: one mark per request. */
export const coldStartStyles = `
.colds .row:not(.foot){padding-top:.4rem;align-items:center}
.colds .plot{position:relative;height:2rem}
.mark.alone,.mark.burst{bottom:50%;width:.66rem;height:.66rem;margin:0 0 -.33rem -.33rem;border:2px solid var(--c,var(--soft))}
.mark.burst{border-radius:50%}
.mark.alone{background:var(--c,var(--soft));transform:rotate(45deg);outline:2px solid var(--ground)}
.legend .mark.alone,.legend .mark.burst{width:.66rem;height:.66rem;margin:0}
.ranking .first-cold{max-width:8.5rem;margin-left:auto;white-space:normal}
@media (max-width:40rem){.cold-starts .title{display:none}.colds .row:not(.foot){padding-top:.6rem}}
`;
