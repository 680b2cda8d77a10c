"""The search table: one row per published item in use, rebuilt from its version."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Value

from tongban.items.models.catalogue import Item
from tongban.items.models.versions import ItemVersion
from tongban.kit.models import Row


class SearchEntry(models.Model):
    """What search reads; nothing else writes or reads it, and it can be rebuilt at any time."""

    item = models.OneToOneField(Item, primary_key=True, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=80)
    slug = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    department_name = models.CharField(max_length=100)
    division = models.CharField(max_length=12)
    level = models.CharField(max_length=1)
    own = models.BooleanField(default=False)  # handled on this platform, not only described
    themes = ArrayField(models.CharField(max_length=50), default=list)
    service_objects = ArrayField(models.CharField(max_length=1), default=list)
    online = models.BooleanField(default=False)  # may be applied for on the web
    cross_region = models.CharField(max_length=1, blank=True)  # code system "cross-region"
    words = SearchVectorField()
    # The words of name, keywords, summary, themes and outcomes. Ranking reads these: a third of the size of
    # all words, and so a fifth of the time.
    head = models.GeneratedField(
        expression=Func(F("words"), Value("{a,b}"), function="ts_filter"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="search_words"),
            GinIndex(fields=["head"], name="search_head"),
            GinIndex(fields=["head"], name="search_own", condition=models.Q(own=True)),
            GinIndex(fields=["name"], name="search_name_trgm", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["themes"], name="search_themes"),
            models.Index(fields=["division"], name="search_division", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class SearchTerm(models.Model):
    """In how many entries a word occurs; a rare word says more about what is meant."""

    term = models.CharField(primary_key=True, max_length=40)
    entries = models.PositiveIntegerField()
    pinyin = models.CharField(max_length=60, blank=True, db_index=True)  # without tones or gaps
    initials = models.CharField(max_length=20, blank=True, db_index=True)  # first letters of the syllables

    def __str__(self) -> str:
        return self.term


class EverydayWord(Row):
    """What people say and what it is called, as stewards keep it; it comes before `synonyms.yaml`.

    Words of the file that have no row here mean what the file says. A row that is not ``active`` takes the
    file's meaning away.
    """

    said = models.CharField(max_length=40, unique=True)
    meant = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    active = models.BooleanField(default=True)
    changed_by = models.CharField(max_length=100)
    changed_at = models.DateTimeField(auto_now=True, db_index=True)

    def __str__(self) -> str:
        return self.said
