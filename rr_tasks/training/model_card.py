"""The card of a trained model or adapter: what it is, what it learned from, how to load it."""

from schemas.training import LanguageRecord

_LOAD_MODEL = """from transformers import AutoModelForImageTextToText, AutoProcessor

model = AutoModelForImageTextToText.from_pretrained(FOLDER, dtype="auto")
processor = AutoProcessor.from_pretrained(FOLDER)
"""

_LOAD_ADAPTER = """from peft import PeftModel
from transformers import AutoModelForImageTextToText, AutoProcessor

model = AutoModelForImageTextToText.from_pretrained("{start}", dtype="auto")
model = PeftModel.from_pretrained(model, FOLDER)
processor = AutoProcessor.from_pretrained(FOLDER)
"""

_CARD = """---
library_name: {library}
base_model: {start}
pipeline_tag: image-text-to-text
tags: [image-restoration, diagnosis]
---

# A reasoner of Reason and Restore

{what}, trained to write the diagnostic prior of a photograph: which of haze, blur, rain and noise
degrade it, how severely, and by which physical parameters. Its licence is that of the model that it
started from.

| | |
|---|---|
| learned from | `{shards}`, of which {rating} are short ratings |
| scenes | {scenes} |
| steps | {steps}, of {batch} photographs each |
| highest learning rate | {rate:g} |
| seed | {seed} |
| prompts | {prompts} |

```python
{load}```

`rr diagnose PHOTO --tier qwen --reasoner {reasoner}` asks it within
the grammar of its answers.
"""


def write_card(record: LanguageRecord, start: str) -> str:
    """Write the card, in Markdown with the metadata that the Hub reads.

    Args:
        record: how it was trained.
        start: folder or name on the Hub of the model that it started from.
    """
    settings, whole = record.settings, record.learn == "full"
    return _CARD.format(
        library="transformers" if whole else "peft",
        start=start,
        what="A model" if whole else f"A LoRA adapter of rank {record.rank}",
        shards=record.shards,
        rating=f"{record.rating_share:.0%}",
        scenes="all of them" if record.measured_scenes else "those that somebody has seen",
        steps=settings.steps,
        batch=settings.batch_size * settings.accumulate * record.processes,
        rate=settings.learning_rate,
        seed=settings.seed,
        prompts=", ".join(record.prompts),
        reasoner="FOLDER" if whole else f"{start} --reasoner-setting adapter=FOLDER",
        load=_LOAD_MODEL if whole else _LOAD_ADAPTER.format(start=start),
    )
