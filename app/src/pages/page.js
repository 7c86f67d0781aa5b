(()=>{
// The token was spent on this page: take it out of the address bar and of what is shared from there.
const u=new URL(location);u.searchParams.delete('token');history.replaceState(null,'',u.pathname+u.search);
// The tooltip of every chart, by pointer and by keyboard, from the rows of the table that stands below it.
for(const f of document.querySelectorAll('[data-chart]')){
const a=f.querySelector('.area'),c=a.querySelector('.cursor'),t=a.querySelector('.tooltip');let day=-1;
const rows=()=>f.querySelectorAll('tbody tr');
const hide=()=>{c.hidden=t.hidden=true;day=-1};
const show=i=>{const r=rows(),n=r.length;if(!n)return;i=Math.max(0,Math.min(n-1,i));if(i===day&&!t.hidden)return;day=i;
const w=a.clientWidth,x=n>1?i/(n-1)*w:w;c.hidden=t.hidden=false;c.style.left=x+'px';c.firstChild.style.top=100-r[i].dataset.y/10+'%';
const d=document.createElement('span'),v=document.createElement('strong');d.textContent=r[i].cells[0].textContent;v.textContent=r[i].cells[1].textContent;t.replaceChildren(d,v);
const tw=t.offsetWidth;t.style.left=Math.max(0,x+12+tw>w?Math.max(x-12-tw,0):x+12)+'px'};
a.addEventListener('pointermove',e=>{const b=a.getBoundingClientRect();show(Math.round((e.clientX-b.left)/b.width*(rows().length-1)))});
a.addEventListener('pointerdown',e=>{const b=a.getBoundingClientRect();show(Math.round((e.clientX-b.left)/b.width*(rows().length-1)))});
a.addEventListener('pointerleave',e=>{if(e.pointerType==='mouse'&&document.activeElement!==a)hide()});
a.addEventListener('focus',()=>{if(day<0&&a.matches(':focus-visible'))show(rows().length-1)});
a.addEventListener('blur',hide);
a.addEventListener('keydown',e=>{const n=rows().length,k={ArrowLeft:day-1,ArrowRight:day+1,Home:0,End:n-1}[e.key];
if(e.key==='Escape')hide();else if(k!==undefined){e.preventDefault();show(k)}});
}
})()
