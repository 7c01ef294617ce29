"""Renders the spoken prompts and model replies of the exercises: a neural voice, made into many people.

Piper (voice *joe*, en_US, medium, CC0) speaks the text phrase by phrase; WORLD takes the sound apart into pitch,
formants and breath and puts it together again as another speaker in another mood. The people, their moods and the
extra replies are data: ``voices.yaml``. Run ``python -m training.voices --help``.
"""
