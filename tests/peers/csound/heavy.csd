<CsoundSynthesizer>
; The reference patch. Macros: VOICES, BLOCK, SECONDS.
<CsInstruments>
sr = 48000
ksmps = $BLOCK
nchnls = 2
0dbfs = 1

; One voice. Its envelopes and LFO run at control rate, as usual in csound.
instr 1
  kfilter madsr .01, .4, .5, .2
  kamp    madsr .01, .3, .8, .2
  klfo    lfo 1, 1.5
  icps    = cpsmidinn(36 + 2 * (p4 % 32) + int(p4 / 32) % 2)
  asaw1   vco2 .5, icps
  asaw2   vco2 .5, icps * cent(7)
  kcutoff = 400 * octave(3.087 * kfilter + .412 * klfo)
  alow    zdf_ladder asaw1 + asaw2, kcutoff, 9.7
  chnmix  alow * (kamp * .5 / sqrt($VOICES)), "voices"
endin

; Chorus of three copies per side, and the room.
instr 2
  adry  chnget "voices"
        chnclear "voices"
  aleft1  vdelay3 adry, 8 + 1.8 * oscili:a(1, .5, -1, 0), 20
  aleft2  vdelay3 adry, 8 + 1.8 * oscili:a(1, .5, -1, .5), 20
  aleft3  vdelay3 adry, 8 + 1.8 * oscili:a(1, .5, -1, .25), 20
  aright1 vdelay3 adry, 8 + 1.8 * oscili:a(1, .5, -1, .375), 20
  aright2 vdelay3 adry, 8 + 1.8 * oscili:a(1, .5, -1, .875), 20
  aright3 vdelay3 adry, 8 + 1.8 * oscili:a(1, .5, -1, .625), 20
  aleft  = .5 * adry + .289 * (aleft1 + aleft2 + aleft3)
  aright = .5 * adry + .289 * (aright1 + aright2 + aright3)
  awetl, awetr reverbsc aleft, aright, .85, 7000
  outs .7 * aleft + .3 * awetl, .7 * aright + .3 * awetr
endin
</CsInstruments>
<CsScore>
{ $VOICES V
i [1.001 + $V / 1000] 0 $SECONDS $V
}
i 2 0 $SECONDS
e
</CsScore>
</CsoundSynthesizer>
