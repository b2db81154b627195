<CsoundSynthesizer>
; One bare saw, to see how clean it is. Macros: HERTZ, BLOCK, SECONDS.
<CsInstruments>
sr = 48000
ksmps = $BLOCK
nchnls = 2
0dbfs = 1

instr 1
  asaw vco2 .5, $HERTZ
  outs asaw, asaw
endin
</CsInstruments>
<CsScore>
i 1 0 $SECONDS
e
</CsScore>
</CsoundSynthesizer>
